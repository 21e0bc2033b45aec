import { existsSync } from 'node:fs';
import { EdgeVmError } from 'edge-vm';
import type { HubConfig } from '../layout.js';
import { readHubConfig } from './hub.js';
import { labPaths } from './paths.js';
import { loadState } from './state.js';

/** What a shell needs to use a lab. It is a type, because an interface is no `Record`. */
export type LabEnv = {
  KUBECONFIG: string;
  /** A secret: the connection string of the hub's `iothubowner` policy. */
  EDGE_VM_HUB_CONNECTION_STRING: string;
  /** `https://127.0.0.1:PORT`. */
  EDGE_VM_HUB_ENDPOINT: string;
  /** Path of the hub's certificate authority (PEM). */
  EDGE_VM_HUB_CA: string;
};

/** The four variables of a lab that exists; throws `not-found` when there is none. */
export function labEnv(options: { name?: string; env?: NodeJS.ProcessEnv } = {}): LabEnv {
  const name = options.name ?? 'default';
  const paths = labPaths(name, options.env);
  const hub = readHubConfig(paths);
  if (loadState(paths)?.phase !== 'ready' || hub === undefined || !existsSync(paths.kubeconfig)) {
    throw new EdgeVmError('not-found', `there is no lab ${name}`, { hint: `Bring it up with \`edge-vm lab up${name === 'default' ? '' : ` --name ${name}`}\`.` });
  }
  return {
    KUBECONFIG: paths.kubeconfig,
    EDGE_VM_HUB_CONNECTION_STRING: serviceConnectionString(hub),
    EDGE_VM_HUB_ENDPOINT: `https://${hub.https.host}:${hub.https.port}`,
    EDGE_VM_HUB_CA: hub.tls.ca,
  };
}

/** A secret: the connection string of the policy that has all rights. */
export function serviceConnectionString({ hostname, policies }: HubConfig): string {
  const owner = policies.find(({ name }) => name === 'iothubowner');
  if (owner === undefined) throw new EdgeVmError('unexpected', 'the lab hub has no policy iothubowner', { hint: 'Take the lab down, and bring it up again.' });
  return `HostName=${hostname};SharedAccessKeyName=${owner.name};SharedAccessKey=${owner.key}`;
}
