import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { realNodePaths } from '../real-node/paths.js';
import { KUBELET_PORT, POD_IPS } from './components.js';
import { serverUrl } from './context.js';
import { readPair, writeKubeconfig } from './kubeconfig.js';
import { kubernetesPki, NODE_IP } from './kubernetes-pki.js';
import type { LabPaths } from './paths.js';
import type { LabState } from './state.js';
import type { WorldConfig } from '../world/config.js';

/** Writes the files that depend on ports and folders. Each start does this, so that no snapshot holds such a file. */
export function writeConfigs(paths: LabPaths, state: LabState): void {
  const pki = kubernetesPki(paths.pki);
  const server = serverUrl(state);
  const ca = readFileSync(pki.ca.cert, 'utf8');
  writeKubeconfig(paths.kubeconfig, { server, ca, user: { certificate: readPair(pki.admin) } });
  if (existsSync(paths.tokens)) {
    for (const name of readdirSync(paths.tokens)) {
      writeKubeconfig(join(paths.kubeconfigs, name), { server, ca, user: { token: readFileSync(join(paths.tokens, name), 'utf8') }, namespace: 'kubevirt' });
    }
  }
  ensurePrivateFolder(dirname(paths.egressSocket));
  writeFileSync(paths.egressConfig, JSON.stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [{ name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: paths.egressSocket } } } }],
  }));
  mkdirSync(paths.hub, { recursive: true, mode: 0o700 });
  const world: WorldConfig = {
    kubeconfig: paths.kubeconfig,
    hubConfig: paths.hubConfig,
    guestDir: join(paths.state, 'guests'),
    realNode: { volumes: realNodePaths(paths).volumes, record: realNodePaths(paths).record },
    egress: { socket: paths.egressSocket, routes: egressRoutes(state) },
    kubelet: { host: '127.0.0.1', port: state.ports.kubelet, cert: pki.kubelet.cert, key: pki.kubelet.key, clientCa: pki.ca.cert },
  };
  writeFileSync(paths.worldConfig, `${JSON.stringify(world, null, 2)}\n`, { mode: 0o600 });
}

// If it lies in a folder that all users may write to, another user could have made it first.
function ensurePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== userInfo().uid || (mode & 0o077) !== 0) throw new EdgeVmError('unexpected', `${folder} is not a private folder of this user`, { hint: 'Remove it, or set TMPDIR or EDGE_VM_STATE_DIR.' });
}

/** Address inside the cluster → where it is on this machine. */
export function egressRoutes(state: LabState): Record<string, string> {
  return {
    [`${NODE_IP}:${KUBELET_PORT}`]: `127.0.0.1:${state.ports.kubelet}`,
    [`${POD_IPS['virt-api']}:8443`]: `127.0.0.1:${state.ports.virtApi}`,
    [`${POD_IPS['virt-controller']}:8443`]: `127.0.0.1:${state.ports.virtController}`,
    [`${POD_IPS['virt-operator']}:8443`]: `${state.operatorAddress}:8443`,
    [`${POD_IPS['virt-operator']}:8444`]: `${state.operatorAddress}:8444`,
  };
}
