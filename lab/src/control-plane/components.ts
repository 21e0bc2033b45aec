import { join } from 'node:path';
import { kubernetesPki, NODE_IP, SERVICE_RANGE } from './kubernetes-pki.js';
import type { LabContext } from './context.js';
import { packageFile } from './paths.js';
import type { ProcessSpec } from './processes.js';

/** Names of KubeVirt's images. The lab never pulls an image. */
export const IMAGE_REGISTRY = 'kubevirt.invalid/kubevirt';

/** Addresses of KubeVirt's pods inside the cluster. The pod stage sets them; the egress proxy maps them. */
export const POD_IPS = { 'virt-api': '10.250.0.10', 'virt-controller': '10.250.0.11', 'virt-operator': '10.250.0.12' } as const;

/** Port of the kubelet in the nodes' status; the egress proxy maps it. */
export const KUBELET_PORT = 10250;

export function etcd({ paths, state, programs }: LabContext): ProcessSpec {
  const { etcd: pair, ca } = kubernetesPki(paths.pki);
  const client = `https://127.0.0.1:${state.ports.etcd}`;
  const peer = `https://127.0.0.1:${state.ports.etcdPeer}`;
  return {
    name: 'etcd',
    argv: [
      programs.program('etcd'), '--name=lab', `--data-dir=${paths.etcd}`,
      `--listen-client-urls=${client}`, `--advertise-client-urls=${client}`,
      `--cert-file=${pair.cert}`, `--key-file=${pair.key}`, `--trusted-ca-file=${ca.cert}`, '--client-cert-auth',
      `--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=lab=${peer}`,
      `--peer-cert-file=${pair.cert}`, `--peer-key-file=${pair.key}`, `--peer-trusted-ca-file=${ca.cert}`, '--peer-client-cert-auth',
      // If a power cut loses the last second, the lab is made again. To wait for the disk would slow down every write.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  };
}

export function kubeApiserver({ paths, state, programs }: LabContext): ProcessSpec {
  const pki = kubernetesPki(paths.pki);
  return {
    name: 'kube-apiserver',
    argv: [
      programs.program('kube-apiserver'), '--bind-address=127.0.0.1', `--secure-port=${state.ports.apiserver}`, `--advertise-address=${NODE_IP}`,
      // Endpoints may not be loopback addresses. So they are made-up addresses, which the egress proxy maps to loopback.
      `--egress-selector-config-file=${paths.egressConfig}`, '--enable-aggregator-routing=true',
      `--etcd-servers=https://127.0.0.1:${state.ports.etcd}`, `--etcd-cafile=${pki.ca.cert}`, `--etcd-certfile=${pki.etcd.cert}`, `--etcd-keyfile=${pki.etcd.key}`,
      `--tls-cert-file=${pki.server.cert}`, `--tls-private-key-file=${pki.server.key}`, `--client-ca-file=${pki.ca.cert}`,
      `--service-account-key-file=${pki.tokens.publicKey}`, `--service-account-signing-key-file=${pki.tokens.key}`,
      '--service-account-issuer=https://kubernetes.default.svc', `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--authorization-mode=Node,RBAC', '--allow-privileged=true',
      `--requestheader-client-ca-file=${pki.ca.cert}`, '--requestheader-allowed-names=front-proxy', '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${pki.frontProxy.cert}`, `--proxy-client-key-file=${pki.frontProxy.key}`,
      `--kubelet-certificate-authority=${pki.ca.cert}`, `--kubelet-client-certificate=${pki.kubeletClient.cert}`, `--kubelet-client-key=${pki.kubeletClient.key}`,
      '--kubelet-preferred-address-types=InternalIP', '--profiling=false',
    ],
  };
}

export function kubeControllerManager({ paths, state, programs }: LabContext): ProcessSpec {
  const pki = kubernetesPki(paths.pki);
  return {
    name: 'kube-controller-manager',
    argv: [
      programs.program('kube-controller-manager'), `--kubeconfig=${paths.kubeconfig}`, '--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${state.ports.controllerManager}`,
      `--service-account-private-key-file=${pki.tokens.key}`, `--root-ca-file=${pki.ca.cert}`, `--cluster-signing-cert-file=${pki.ca.cert}`, `--cluster-signing-key-file=${pki.ca.key}`,
      '--kube-api-qps=200', '--kube-api-burst=400',
      // Simulated nodes send no heartbeats, and must not count as lost. The lab watches the real node itself: node-lifecycle.ts.
      '--node-monitor-grace-period=8760h', '--profiling=false',
    ],
  };
}

export function kubeScheduler({ paths, state, programs }: LabContext): ProcessSpec {
  return {
    name: 'kube-scheduler',
    argv: [
      programs.program('kube-scheduler'), `--kubeconfig=${paths.kubeconfig}`, '--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${state.ports.scheduler}`,
      '--kube-api-qps=200', '--kube-api-burst=400', '--profiling=false',
    ],
  };
}

/** KWOK simulates nodes and pods. If KubeVirt's types are served, it also does virt-handler's part for VMIs. */
export function kwok({ paths, programs }: LabContext, withVmis: boolean): ProcessSpec {
  const stages = ['nodes.yaml', 'pods.yaml', ...(withVmis ? ['vmis.yaml'] : [])];
  return {
    name: 'kwok',
    argv: [
      programs.program('kwok'), `--kubeconfig=${paths.kubeconfig}`, ...stages.map((file) => `--stages=${packageFile('stages', file)}`),
      '--nodes=kwok.x-k8s.io/node=fake', '--cidr=10.252.0.0/16', `--node-ip=${NODE_IP}`, `--node-port=${KUBELET_PORT}`,
    ],
    // KWOK's client uses plain lists only after long retries.
    env: { KUBE_FEATURE_WatchListClient: 'false' },
  };
}

export function virtOperator({ paths, state, programs, versions }: LabContext): ProcessSpec {
  return {
    name: 'virt-operator',
    argv: [programs.program('virt-operator'), `--kubeconfig=${kubeconfigOf(paths.kubeconfigs, 'kubevirt-operator')}`, `--listen=${state.operatorAddress}`, '--port=8443', '-v', '2'],
    env: operatorEnvironment(versions.kubevirt),
  };
}

/** The environment that virt-operator's Deployment would set. */
export function operatorEnvironment(version: string): Record<string, string> {
  return { VIRT_OPERATOR_IMAGE: `${IMAGE_REGISTRY}/virt-operator:${version}`, KUBEVIRT_VERSION: version };
}

export function virtApi({ paths, state, programs }: LabContext): ProcessSpec {
  const cert = (name: string, file: string): string => join(paths.kubevirtCerts, name, file);
  return {
    name: 'virt-api',
    argv: [
      programs.program('virt-api'), `--kubeconfig=${kubeconfigOf(paths.kubeconfigs, 'kubevirt-apiserver')}`, '--listen=127.0.0.1', `--port=${state.ports.virtApi}`,
      '--console-server-port=8186', '--subresources-only=false',
      `--tls-cert-file=${cert('kubevirt-virt-api-certs', 'tls.crt')}`, `--tls-key-file=${cert('kubevirt-virt-api-certs', 'tls.key')}`,
      `--handler-cert-file=${cert('kubevirt-virt-handler-certs', 'tls.crt')}`, `--handler-key-file=${cert('kubevirt-virt-handler-certs', 'tls.key')}`, '-v', '2',
    ],
  };
}

export function virtController({ paths, state, programs, versions }: LabContext): ProcessSpec {
  const cert = (file: string): string => join(paths.kubevirtCerts, 'kubevirt-controller-certs', file);
  return {
    name: 'virt-controller',
    argv: [
      programs.program('virt-controller'), `--kubeconfig=${kubeconfigOf(paths.kubeconfigs, 'kubevirt-controller')}`,
      // There is only one virt-controller. It ends if it cannot renew its Lease in time; on a busy machine that happens.
      '--leader-elect-lease-duration=60s', '--leader-elect-renew-deadline=50s', '--leader-elect-retry-period=2s', '--listen=127.0.0.1', `--port=${state.ports.virtController}`,
      `--launcher-image=${IMAGE_REGISTRY}/virt-launcher:${versions.kubevirt}`, `--exporter-image=${IMAGE_REGISTRY}/virt-exportserver:${versions.kubevirt}`,
      `--prom-cert-file=${cert('tls.crt')}`, `--prom-key-file=${cert('tls.key')}`, '-v', '2',
    ],
  };
}

/** The lab's own process: egress proxy, kubelet, importer and simulated guests. */
export function world({ paths }: LabContext): ProcessSpec {
  return { name: 'world', argv: [process.execPath, packageFile('dist', 'src', 'world', 'main.js'), '--config', paths.worldConfig] };
}

export function hub({ paths }: LabContext): ProcessSpec {
  return { name: 'hub', argv: [process.execPath, packageFile('dist', 'src', 'hub', 'main.js'), '--config', paths.hubConfig] };
}

export function kubeconfigOf(folder: string, serviceAccount: string): string {
  return join(folder, serviceAccount);
}
