import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { writeKubeconfig } from './kubeconfig.js';
import { labPaths } from './paths.js';
import { Authority } from './pki.js';
import { loadState } from './state.js';

export interface UserKubeconfigOptions {
  user: string;
  groups?: readonly string[];
  /** Current namespace; default `default`. */
  namespace?: string;
  /** Where to write it; default `<state>/kubeconfigs/user-<user>`. */
  file?: string;
}

/**
 * Writes a kubeconfig for a person who is not the admin, with a client certificate of the lab's authority. Such a user
 * may do what RoleBindings allow: at first nothing. Returns the file's path.
 */
export async function makeUserKubeconfig(lab: { name?: string; env?: NodeJS.ProcessEnv }, options: UserKubeconfigOptions): Promise<string> {
  const name = lab.name ?? 'default';
  const paths = labPaths(name, lab.env);
  const state = loadState(paths);
  if (state === undefined || !existsSync(join(paths.pki, 'ca.key'))) {
    throw new EdgeVmError('not-found', `there is no lab ${name}`, { hint: `Bring it up with \`edge-vm lab up${name === 'default' ? '' : ` --name ${name}`}\`.` });
  }
  const authority = await Authority.open(paths.pki, 'ca', 'edge-vm lab');
  const certificate = await authority.issue({ commonName: options.user, organizations: options.groups ?? [], use: ['client'] });
  const file = options.file ?? join(paths.kubeconfigs, `user-${encodeURIComponent(options.user)}`);
  writeKubeconfig(file, {
    server: `https://127.0.0.1:${state.ports.apiserver}`,
    ca: readFileSync(join(paths.pki, 'ca.crt'), 'utf8'),
    user: { certificate },
    namespace: options.namespace ?? 'default',
  });
  return file;
}
