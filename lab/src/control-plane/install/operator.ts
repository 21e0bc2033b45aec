import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE_REGISTRY, kubeconfigOf, operatorEnvironment, virtOperator } from '../components.js';
import { writeConfigs } from '../configs.js';
import type { LabContext } from '../context.js';
import { assertRunning, startProcess } from '../processes.js';
import type { ApiObject } from '../resources.js';
import { waitFor } from '../wait.js';
import { runProgram } from './command.js';
import { applyDocuments } from './documents.js';

const namespace = '/api/v1/namespaces/kubevirt';

// Each of these takes seconds if nothing else runs, and minutes on a busy machine.
const patience = 300_000;

/** Applies KubeVirt's own manifests as its generator prints them, starts its operator as a process, and makes the KubeVirt object. */
export async function startOperator(context: LabContext): Promise<void> {
  const { api, programs, paths, signal } = context;
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kubevirt', labels: { 'kubevirt.io': '', 'pod-security.kubernetes.io/enforce': 'privileged' } } }, { signal });
  const generator = programs.program('resource-generator');
  const parts = await Promise.all([['kv'], ['priorityclass'], ['operator-rbac', '--namespace=kubevirt']].map(([type, ...more]) => runProgram([generator, `--type=${type}`, ...more], { signal })));
  await applyDocuments(api, parts.map((part) => `---\n${part}`).join('\n'), signal);
  await api.apply(operatorDeployment(context.versions.kubevirt), { signal });
  await saveToken(context, 'kubevirt-operator');
  startProcess(paths, virtOperator(context));
  await waitFor(async () => (await api.exists('/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts')) || undefined, { what: "KubeVirt's types", timeout: patience, signal });
  await api.apply(kubeVirt(), { signal });
}

/**
 * The operator makes a Job that writes the install strategy. Jobs of the lab run no programs. So the lab does the work
 * of that Job, with the environment of its container.
 */
export async function playInstallStrategyJob({ api, programs, paths, signal }: LabContext): Promise<void> {
  interface Job extends ApiObject {
    spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
  }
  const jobs = '/apis/batch/v1/namespaces/kubevirt/jobs?labelSelector=kubevirt.io%2Finstall-strategy';
  const job = await waitFor(async () => {
    assertRunning(paths, 'virt-operator');
    return (await api.json<{ items: Job[] }>('GET', jobs)).items[0];
  }, { what: "the operator's install-strategy Job", timeout: patience, signal });
  const env = Object.fromEntries((job.spec.template.spec.containers[0]!.env ?? []).map(({ name, value }) => [name, value ?? '']));
  await runProgram([programs.program('virt-operator'), `--kubeconfig=${kubeconfigOf(paths.kubeconfigs, 'kubevirt-operator')}`, '--dump-install-strategy'], { env, signal });
}

/** Waits until the operator has made certificates and rights for KubeVirt's parts; writes certificates and tokens into files. */
export async function saveCredentials(context: LabContext): Promise<void> {
  const { api, paths, signal } = context;
  for (const name of ['kubevirt-virt-api-certs', 'kubevirt-controller-certs', 'kubevirt-virt-handler-certs', 'kubevirt-virt-handler-server-certs']) {
    const secret = await waitFor(async () => {
      assertRunning(paths, 'virt-operator');
      return api.get<ApiObject & { data?: Record<string, string> }>(`${namespace}/secrets/${name}`);
    }, { what: `the operator to make Secret ${name}`, timeout: patience, signal });
    const folder = join(paths.kubevirtCerts, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const file of ['tls.crt', 'tls.key']) writeFileSync(join(folder, file), Buffer.from(secret.data?.[file] ?? '', 'base64'), { mode: 0o600 });
  }
  for (const name of ['kubevirt-apiserver', 'kubevirt-controller', 'kubevirt-handler']) {
    await waitFor(async () => (await api.exists(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`)) || undefined, { what: `the rights of ${name}`, timeout: patience, signal });
    await saveToken(context, name);
  }
}

/** Waits until the KubeVirt object says Deployed. */
export async function waitDeployed({ api, paths, signal }: LabContext): Promise<void> {
  await waitFor(async () => {
    for (const name of ['virt-operator', 'virt-api', 'virt-controller', 'kwok', 'kube-controller-manager', 'kube-scheduler']) assertRunning(paths, name);
    const object = await api.get<ApiObject & { status?: { phase?: string } }>('/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt');
    return object?.status?.phase === 'Deployed' || undefined;
  }, { what: 'KubeVirt to be deployed', timeout: patience, every: 250, signal });
}

// As long as the certificates are valid, because a restored lab must not ask for new tokens.
async function saveToken({ api, paths, state, signal }: LabContext, serviceAccount: string): Promise<void> {
  const token = await waitFor(() => api.json<{ status: { token: string } }>('POST', `${namespace}/serviceaccounts/${serviceAccount}/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 10 * 365 * 86_400 } },
  }), { what: `ServiceAccount ${serviceAccount}`, timeout: patience, signal });
  mkdirSync(paths.tokens, { recursive: true, mode: 0o700 });
  writeFileSync(join(paths.tokens, serviceAccount), token.status.token, { mode: 0o600 });
  writeConfigs(paths, state);
}

// Its pod does nothing; it gives the operator's webhook an endpoint.
function operatorDeployment(version: string): ApiObject {
  const labels = { 'kubevirt.io': 'virt-operator' };
  const env = Object.entries(operatorEnvironment(version)).map(([name, value]) => ({ name, value }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'virt-operator', namespace: 'kubevirt', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, name: 'virt-operator' } },
        spec: {
          serviceAccountName: 'kubevirt-operator',
          priorityClassName: 'kubevirt-cluster-critical',
          nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
          containers: [{
            name: 'virt-operator', image: `${IMAGE_REGISTRY}/virt-operator:${version}`, command: ['virt-operator', '--port', '8443'], env,
            ports: [{ containerPort: 8443, name: 'metrics' }, { containerPort: 8444, name: 'webhooks' }],
          }],
        },
      },
    },
  };
}

function kubeVirt(): ApiObject {
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'KubeVirt',
    metadata: { name: 'kubevirt', namespace: 'kubevirt' },
    spec: {
      certificateRotateStrategy: { selfSigned: { ca: { duration: '87600h', renewBefore: '48h' }, server: { duration: '43800h', renewBefore: '48h' } } },
      configuration: { developerConfiguration: { useEmulation: true, featureGates: ['Snapshot', 'HostDisk', 'VMExport'] } },
      infra: { replicas: 1, nodePlacement: { nodeSelector: { 'node-role.kubernetes.io/control-plane': '' }, tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] } },
      imagePullPolicy: 'IfNotPresent',
    },
  };
}
