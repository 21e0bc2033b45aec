import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Env } from '../net/proxy-env.js';
import type { KubeconfigDocument } from './kubeconfig-file.js';

const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The ServiceAccount of the pod in which this process runs, as a kubeconfig; `undefined` outside of a pod. `folder` is its mount. */
export function serviceAccount(env: Env, folder: string = mounted): KubeconfigDocument | undefined {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = env;
  const tokenFile = join(folder, 'token');
  if (host === '' || port === '' || !existsSync(tokenFile)) return undefined;
  const name = 'in-cluster';
  const namespace = env['POD_NAMESPACE'] ?? namespaceIn(join(folder, 'namespace'));
  return {
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`, 'certificate-authority': join(folder, 'ca.crt') } }],
    users: [{ name, user: { tokenFile } }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace === '' ? {} : { namespace }) } }],
  };
}

function namespaceIn(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}
