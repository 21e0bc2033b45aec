import assert from 'node:assert/strict';
import { BUILD_LIMIT, openHelm, OPERATOR_CHART, type Helm, type Rendered } from '../helpers/helm.js';
import { deploymentOf, environmentOf, podOf } from './support/pod.js';

describe('the chart of the operator', () => {
  let helm: Helm;
  before(async function () {
    this.timeout(BUILD_LIMIT);
    helm = await openHelm();
  });
  after(() => helm.close());

  const render = (values: object = {}): Promise<Rendered[]> => helm.render(OPERATOR_CHART, values);
  const kindsOf = (objects: readonly Rendered[]): string[] => objects.map(({ kind }) => kind);

  it('passes the strict lint', async () => {
    assert.match(await helm.ok(['lint', '--strict', OPERATOR_CHART]), /0 chart\(s\) failed/);
  });

  it('runs two replicas for all namespaces, one of which works', async () => {
    const objects = await render();
    assert.deepEqual(kindsOf(objects).sort(), [
      'ClusterRole', 'ClusterRole', 'ClusterRole', 'ClusterRoleBinding', 'Deployment', 'PodDisruptionBudget', 'Role', 'RoleBinding', 'Service', 'ServiceAccount',
    ]);
    assert.equal(deploymentOf(objects).spec.replicas, 2);
    const { args } = podOf(objects).containers[0]!;
    assert.ok(args.includes('--lease-name=edge-vm-operator') && !args.some((arg) => arg.startsWith('--watch-namespace')), args.join(' '));
    assert.equal(podOf(objects).containers[0]!.image, 'edge-vm:0.1.0');
    assert.deepEqual(objects.filter(({ kind, metadata }) => metadata.namespace !== 'edge' && !kind.startsWith('ClusterRole')), []);
  });

  it('runs without root, capabilities and a writable file system', async () => {
    const pod = podOf(await render());
    assert.deepEqual(pod.securityContext, { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } });
    assert.deepEqual(pod.containers[0]!.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  });

  it('gives rights only in the namespaces that it watches', async () => {
    const objects = await render({ watch: { namespaces: ['north', 'south'] }, rbac: { aggregate: false } });
    assert.deepEqual(kindsOf(objects).filter((kind) => kind.startsWith('ClusterRole')), []);
    assert.deepEqual(objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.namespace ?? '').sort(), ['edge', 'north', 'south']);
    assert.deepEqual(podOf(objects).containers[0]!.args.slice(1, 3), ['--watch-namespace=north', '--watch-namespace=south']);
    const reading = await render({ watch: { namespaces: ['north'], storageClasses: true }, rbac: { aggregate: false } });
    const [cluster] = reading.filter(({ kind }) => kind === 'ClusterRole') as unknown as { rules: { resources: string[]; verbs: string[] }[] }[];
    assert.deepEqual(cluster!.rules.flatMap(({ resources }) => resources), ['storageclasses', 'persistentvolumes']);
    assert.deepEqual([...new Set(cluster!.rules.flatMap(({ verbs }) => verbs))].sort(), ['get', 'list']);
  });

  it('takes hub credentials from Secrets alone, as files', async () => {
    const pod = podOf(await render({ hub: { secrets: [{ name: 'one' }, { name: 'two', key: 'cs' }] } }));
    assert.deepEqual(pod.containers[0]!.args.filter((arg) => arg.startsWith('--hub-')), [0, 1].map((n) => `--hub-connection-string-file=/etc/edge-vm/hubs/${n}/connection-string`));
    const secrets = pod.volumes.flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
    assert.deepEqual(secrets.map(({ secretName, items }) => [secretName, items[0]!.key]), [['one', 'connectionString'], ['two', 'cs']]);
    const without = podOf(await render({ hub: { secrets: [] } }));
    assert.deepEqual([without.volumes.map(({ name }) => name), without.containers[0]!.args.filter((arg) => arg.startsWith('--hub-'))], [['tmp'], []]);
  });

  it('reaches the API server directly where there is a proxy', async () => {
    const environment = environmentOf(await render({ proxy: { httpsProxy: 'http://proxy.example:3128', noProxy: '.example' }, extraCa: { configMap: 'roots' }, hub: { endpoint: 'https://hub.example', ca: { configMap: 'hub' } } }));
    assert.equal(environment.get('HTTPS_PROXY'), 'http://proxy.example:3128');
    assert.equal(environment.get('NO_PROXY'), '$(KUBERNETES_SERVICE_HOST),.svc,.cluster.local,.example');
    assert.equal(environment.get('NODE_EXTRA_CA_CERTS'), '/etc/edge-vm/extra-ca/ca.crt');
    assert.deepEqual([environment.get('EDGE_VM_HUB_ENDPOINT'), environment.get('EDGE_VM_HUB_CA')], ['https://hub.example', '/etc/edge-vm/hub-ca/ca.crt']);
    const usual = environmentOf(await render());
    assert.deepEqual([...usual.keys()], ['POD_NAME', 'POD_NAMESPACE', 'NODE_OPTIONS']);
    assert.ok(environmentOf(await render({ proxy: { existingSecret: 'proxy' } })).has('NO_PROXY'));
  });

  it('refuses a login in the address of a proxy without showing it', async () => {
    const { code, stderr } = await helm.run(['template', 'x', OPERATOR_CHART, '--set', 'proxy.httpsProxy=http://jane:s3cret@proxy.example:3128']);
    assert.equal(code, 1);
    assert.match(stderr, /proxy\.httpsProxy must not hold a login.*proxy\.existingSecret/);
    assert.doesNotMatch(stderr, /s3cret/);
  });

  it('refuses two replicas that do not elect a leader', async () => {
    assert.match((await helm.run(['template', 'x', OPERATOR_CHART, '--set', 'leaderElection.enabled=false'])).stderr, /leaderElection\.enabled must be true with more than one replica/);
    const objects = await render({ replicas: 1, leaderElection: { enabled: false } });
    assert.ok(podOf(objects).containers[0]!.args.includes('--no-leader-election'));
    assert.deepEqual(kindsOf(objects).filter((kind) => ['Role', 'PodDisruptionBudget'].includes(kind)), []);
  });

  it('puts labels, placement and more of a cluster’s own where they belong', async () => {
    const objects = await render({
      image: { repository: 'registry.example/edge-vm', digest: `sha256:${'a'.repeat(64)}` }, imagePullSecrets: ['pull'], podLabels: { 'azure.workload.identity/use': 'true' }, commonLabels: { team: 'edge' },
      serviceAccount: { annotations: { 'azure.workload.identity/client-id': 'id' } }, priorityClassName: 'system-cluster-critical', tolerations: [{ key: 'edge', operator: 'Exists' }],
      nodeSelector: { pool: 'system' }, extraEnv: [{ name: 'TZ', value: 'UTC' }], extraArgs: ['--verbose'], topologySpreadConstraints: [{ maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }],
    });
    const pod = podOf(objects);
    assert.equal(pod.containers[0]!.image, `registry.example/edge-vm@sha256:${'a'.repeat(64)}`);
    assert.deepEqual([pod.imagePullSecrets, pod.priorityClassName, pod.nodeSelector], [[{ name: 'pull' }], 'system-cluster-critical', { 'kubernetes.io/os': 'linux', pool: 'system' }]);
    assert.deepEqual([pod.tolerations?.length, pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey)], [1, ['rack']]);
    assert.deepEqual([environmentOf(objects).get('TZ'), pod.containers[0]!.args.at(-1)], ['UTC', '--verbose']);
    assert.equal(deploymentOf(objects).spec.template.metadata.labels['azure.workload.identity/use'], 'true');
    assert.deepEqual(objects.filter(({ metadata }) => metadata.labels?.['team'] !== 'edge'), []);
  });

  it('gives Node.js its options, unless a person gives others or none', async () => {
    const options = async (values: object): Promise<(string | undefined)[]> => podOf(await render(values)).containers[0]!.env.filter(({ name }) => name === 'NODE_OPTIONS').map(({ value }) => value);
    assert.deepEqual(await options({}), ['--max-semi-space-size=4']);
    assert.deepEqual(await options({ nodejsOptions: '--max-old-space-size=300' }), ['--max-old-space-size=300']);
    assert.deepEqual(await options({ nodejsOptions: '' }), []);
    assert.deepEqual(await options({ extraEnv: [{ name: 'NODE_OPTIONS', value: '--trace-warnings' }] }), ['--trace-warnings'], 'a name that stands twice is refused by a server-side apply');
  });

  it('has the same labels in Deployment, Service, PodDisruptionBudget and NetworkPolicy', async () => {
    const objects = await render({ networkPolicy: { enabled: true } });
    const labels = deploymentOf(objects).spec.template.metadata.labels;
    const selectors = (objects as unknown as { kind: string; spec?: { selector?: unknown; podSelector?: { matchLabels: Record<string, string> } } }[]).flatMap(({ kind, spec }) => {
      if (kind === 'Service') return [spec!.selector as Record<string, string>];
      if (kind === 'NetworkPolicy') return [spec!.podSelector!.matchLabels];
      return ['Deployment', 'PodDisruptionBudget'].includes(kind) ? [(spec!.selector as { matchLabels: Record<string, string> }).matchLabels] : [];
    });
    assert.equal(selectors.length, 4);
    for (const selector of selectors) for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value, key);
  });

  it('opens the network for DNS, the API server, hubs and metrics, and nothing else', async () => {
    const objects = await render({ networkPolicy: { enabled: true, apiServerPorts: [6443], metricsFrom: [{ namespaceSelector: { matchLabels: { team: 'ops' } } }] } });
    const { spec } = objects.find(({ kind }) => kind === 'NetworkPolicy') as unknown as { spec: { ingress: { ports: { port: number }[]; from?: unknown[] }[]; egress: { ports: { port: number }[] }[] } };
    assert.deepEqual(spec.egress.map(({ ports }) => ports.map(({ port }) => port)), [[53, 53], [6443, 443]]);
    assert.deepEqual(spec.ingress.map(({ ports, from }) => [ports[0]!.port, from?.length ?? 0]), [[8081, 0], [8080, 1]]);
  });

  it('does not share objects of the cluster between two releases', async () => {
    const names = async (release: string, namespace: string): Promise<string[]> => {
      const text = await helm.ok(['template', release, OPERATOR_CHART, '--namespace', namespace, '--show-only', 'templates/rbac.yaml']);
      return [...text.matchAll(/^kind: ClusterRole\nmetadata:\n {2}name: (.*)$/gm)].map((match) => match[1]!);
    };
    const [one, two, three] = [await names('edge-vm', 'one'), await names('edge-vm', 'two'), await names('other', 'one')];
    assert.equal(new Set([...one, ...two, ...three]).size, 9);
  });
});
