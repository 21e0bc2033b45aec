import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labLayout } from '../layout.js';

/** Files and folders of one lab. */
export interface LabPaths {
  cache: string;
  /** The lab's own folder. It holds all the rest, except `lock`, `cache` and the package's files. */
  state: string;
  lock: string;
  stateFile: string;
  etcd: string;
  pki: string;
  /** Tokens of ServiceAccounts, one file each. Each start makes the kubeconfigs from them again. */
  tokens: string;
  /** Certificates that KubeVirt made for its parts. */
  kubevirtCerts: string;
  kubeconfigs: string;
  /** The admin's kubeconfig, the one that `labEnv` names. */
  kubeconfig: string;
  logs: string;
  run: string;
  /** Temporary files of the lab's processes. */
  tmp: string;
  egressSocket: string;
  egressConfig: string;
  worldConfig: string;
  hubConfig: string;
  hub: string;
  log(name: string): string;
}

export function labPaths(name: string, env: NodeJS.ProcessEnv = process.env): LabPaths {
  const { cache, state } = labLayout(name, env);
  const inState = (...parts: string[]): string => join(state, ...parts);
  return {
    cache,
    state,
    lock: `${state}.lock`,
    stateFile: inState('lab.json'),
    etcd: inState('etcd'),
    pki: inState('pki'),
    tokens: inState('tokens'),
    kubevirtCerts: inState('kubevirt-certs'),
    kubeconfigs: inState('kubeconfigs'),
    kubeconfig: inState('kubeconfig'),
    logs: inState('logs'),
    run: inState('run'),
    tmp: inState('tmp'),
    egressSocket: join(socketFolder(state), 'egress.sock'),
    egressConfig: inState('egress.yaml'),
    worldConfig: inState('world.json'),
    hubConfig: inState('hub.json'),
    hub: inState('hub'),
    log: (process) => inState('logs', `${process}.log`),
  };
}

// The kernel refuses a socket path of more than 107 bytes, and the path of a state folder may be long.
function socketFolder(state: string): string {
  const inState = join(state, 'sockets');
  if (inState.length <= 90) return inState;
  return join(tmpdir(), `edge-vm-${userInfo().uid}-${createHash('sha256').update(state).digest('hex').slice(0, 12)}`);
}

// This file runs from lab/dist/src/control-plane; the package's own files lie three folders up.
const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** A file that comes with the package, e.g. `packageFile('stages', 'pods.yaml')`. */
export function packageFile(...parts: string[]): string {
  return join(packageRoot, ...parts);
}
