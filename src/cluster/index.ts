import type { Impersonation } from './credentials.js';
import type { KubeconfigOptions } from './kubeconfig.js';
import type { Cluster } from './types.js';

export * as kinds from './kinds.js';
export type { Impersonation } from './credentials.js';
export type * from './types.js';

export interface ConnectOptions extends KubeconfigOptions {
  /** Instead of the context's namespace. */
  namespace?: string;
  impersonate?: Impersonation;
}

/**
 * Reads the kubeconfig and makes the port; sends nothing yet. Throws `no-cluster` naming the file or context.
 * client-node is loaded here and not with this module, so that commands without a cluster start fast.
 */
export async function connectCluster(options: ConnectOptions = {}): Promise<Cluster> {
  const [{ loadKubeconfig }, { credentialsOf }, { createTransport }, { createCluster }] = await Promise.all([
    import('./kubeconfig.js'), import('./credentials.js'), import('./transport.js'), import('./cluster.js'),
  ]);
  const loaded = loadKubeconfig(options);
  const transport = createTransport(loaded.server, credentialsOf(loaded, options.impersonate));
  return createCluster(transport, { context: loaded.context, namespace: options.namespace ?? loaded.namespace });
}
