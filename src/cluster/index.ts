import type { Impersonation } from './impersonation.js';
import type { PluginOptions } from './exec-plugin.js';
import type { ContextEntry, KubeconfigOptions } from './kubeconfig.js';
import type { Cluster } from './types.js';

/** The resource types that edge-vm uses. */
export * as kinds from './kinds.js';
export type { Impersonation } from './impersonation.js';
export type { PluginOptions } from './exec-plugin.js';
export type { ContextEntry } from './kubeconfig.js';
export type { ClusterStats } from './traffic.js';
export type * from './types.js';

/** Which cluster to use, and as whom. */
export interface ConnectOptions extends KubeconfigOptions {
  /** Instead of the context's namespace. */
  namespace?: string;
  /** The user to act as; absent values come from the kubeconfig. */
  impersonate?: Partial<Impersonation>;
  /**
   * Who writes, for `managedFields`; `edge-vm` if absent. A single call may name another one. The use cases write the objects of
   * a device as `edge-vm` in any case, so that command, controller and library all own the same fields.
   */
  fieldManager?: string;
  /** Requests at the same time, watches and logs apart; 32 if absent. The others wait for their turn. */
  concurrency?: number;
  /** Runs right before each request is sent, also before each further attempt. If it throws an `EdgeVmError`, nothing is sent, and the call fails with that error. */
  beforeSend?: (() => void) | undefined;
  /** How a credential plugin of the kubeconfig can talk to the user. Absent: it can ask nothing. */
  plugin?: PluginOptions;
}

/**
 * Reads the kubeconfig and makes the port. It sends nothing yet. Throws `no-cluster` naming the file or context, `cluster-unauthorized` for a
 * user that cannot be used, `invalid-input` for a bad URL of a proxy. Proxies come from the kubeconfig and the environment,
 * as for kubectl. The client is loaded here and not with this module, so that commands without a cluster start fast.
 */
export async function connectCluster(options: ConnectOptions = {}): Promise<Cluster> {
  const [{ loadKubeconfig }, { credentialsOf }, { impersonationOf }, { createTransport }, { createCluster }, { wayTo }] = await Promise.all([
    import('./kubeconfig.js'), import('./credentials.js'), import('./impersonation.js'), import('./transport.js'), import('./cluster.js'), import('../net/way.js'),
  ]);
  const env = options.env ?? process.env;
  const loaded = loadKubeconfig(options);
  const impersonate = impersonationOf(loaded.user, options.impersonate);
  const credentials = credentialsOf(loaded, { impersonate, plugin: options.plugin, env });
  const trusts = (loaded.cluster.raw('certificate-authority-data') ?? loaded.cluster.raw('certificate-authority')) === undefined ? 'machine' : 'context';
  const transport = createTransport(loaded.server, credentials, { way: wayTo(new URL(loaded.server), { proxy: loaded.proxy, env }), trusts, concurrency: options.concurrency, beforeSend: options.beforeSend });
  return createCluster(transport, { context: loaded.context, namespace: options.namespace ?? loaded.namespace, fieldManager: options.fieldManager });
}

/** The contexts of the kubeconfig, for a person who chooses one. It sends nothing. Throws as `connectCluster` does. */
export async function listContexts(options: Pick<KubeconfigOptions, 'kubeconfig' | 'env'> = {}): Promise<ContextEntry[]> {
  return (await import('./kubeconfig.js')).contextsOf(options);
}
