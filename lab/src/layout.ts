import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { EdgeVmError } from 'edge-vm';

/** The lab's folders. They belong to the user who calls. */
export interface LabLayout {
  /** Built programs and snapshots, with pinned versions in their keys. A person may delete it at any time. */
  cache: string;
  /** One running lab: data, certificates, kubeconfig, logs, pids. `lab down` removes it. */
  state: string;
}

/** The name is the name of a folder that `lab down` removes, and a word in commands that people copy. */
const labName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;

/**
 * Environment `EDGE_VM_CACHE_DIR`, `EDGE_VM_STATE_DIR`, else the XDG folders; an empty variable counts as absent. Throws
 * `invalid-input` for a name that could lead out of the state folder.
 */
export function labLayout(name = 'default', env: NodeJS.ProcessEnv = process.env): LabLayout {
  if (!labName.test(name)) {
    throw new EdgeVmError('invalid-input', `the name of a lab must be 1 to 40 letters, digits and -_. that begin with a letter or digit (got ${JSON.stringify(name)})`, {
      hint: 'Without a name, the lab is called default.',
    });
  }
  const home = env.HOME || homedir();
  const cache = env.EDGE_VM_CACHE_DIR || join(env.XDG_CACHE_HOME || join(home, '.cache'), 'edge-vm');
  const state = env.EDGE_VM_STATE_DIR || join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'edge-vm');
  return { cache: resolve(cache, 'lab'), state: resolve(state, 'lab', name) };
}

/** Name of the lab's hub for devices and SDKs. A name under `.test` never resolves on the Internet. */
export const LAB_HUB_HOSTNAME = 'lab-hub.edge-vm.test';

/** `hub.json` in the state folder: what `lab-hub` needs to start, and what the rest of the lab needs to reach it. */
export interface HubConfig {
  hostname: string;
  /** Where HTTPS listens, e.g. `{ host: '127.0.0.1', port: 40443 }`. */
  https: { host: string; port: number };
  /** Where MQTT over TLS listens. */
  mqtt: { host: string; port: number };
  /** Where AMQP over TLS listens. */
  amqp: { host: string; port: number };
  /** File paths. */
  tls: { cert: string; key: string; ca: string };
  policies: { name: string; key: string; rights: ('RegistryRead' | 'RegistryWrite' | 'ServiceConnect' | 'DeviceConnect')[] }[];
  /** Folder of the hub's own state; survives a restart. */
  dataDir: string;
}
