import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseProxy, type Proxy } from '../net/proxy.js';
import type { Env } from '../net/proxy-env.js';
import { use } from '../support/advice.js';
import { EdgeVmError } from '../support/errors.js';
import { textAt } from '../support/plain.js';
import { isEmptyKubeconfig, mergeKubeconfigs, parseKubeconfig, type Entry, type KubeconfigDocument } from './kubeconfig-file.js';
import { fieldsOf, type Fields } from './kubeconfig-fields.js';
import { serviceAccount } from './service-account.js';

export interface KubeconfigOptions {
  /**
   * A `KubeConfig` of `@kubernetes/client-node`, for programs that have one; wins over every file. edge-vm reads its
   * export and makes its own connection.
   */
  kubeConfig?: { exportConfig(): string };
  /** A file; wins over `KUBECONFIG` and `~/.kube/config`. */
  kubeconfig?: string;
  /** The current context when absent. */
  context?: string;
  /** `process.env` when absent; its proxies and CA files also count for the connection. */
  env?: Env;
}

/** One context of a kubeconfig, with the cluster and the user that it names. */
export interface LoadedKubeconfig {
  context: string;
  namespace: string;
  /** API server URL. */
  server: string;
  cluster: Fields;
  /** The cluster's `proxy-url`. */
  proxy: Proxy | undefined;
  /** Absent in a context that names none. */
  user: Fields | undefined;
}

const accepted = { hint: 'Set KUBECONFIG, make ~/.kube/config, run in a pod with a ServiceAccount, or name a file', advice: use('kubeconfig') };

/** Reads the configuration as kubectl does: the given file, the `KUBECONFIG` list, `~/.kube/config`; if all of these are empty, the pod's ServiceAccount. */
export function loadKubeconfig(options: KubeconfigOptions, pod?: Parameters<typeof serviceAccount>[1]): LoadedKubeconfig {
  if (options.kubeConfig !== undefined) return select(parseKubeconfig(options.kubeConfig.exportConfig(), 'KubeConfig'), options.context, 'the KubeConfig');
  const env = options.env ?? process.env;
  const files = kubeconfigFiles(options.kubeconfig, env);
  const merged = mergeKubeconfigs(files.map((file) => parseKubeconfig(readText(file), file)));
  if (!isEmptyKubeconfig(merged)) return select(merged, options.context, files.join(', '));
  const own = serviceAccount(env, pod);
  if (own !== undefined) return select(own, options.context, 'the pod\'s ServiceAccount');
  throw new EdgeVmError('no-cluster', files.length === 0 ? 'no kubeconfig found' : `${files.join(', ')}: ${files.length === 1 ? 'it has' : 'they have'} no content`, accepted);
}

/** A context of a kubeconfig. */
export interface ContextEntry {
  name: string;
  cluster: string;
  namespace: string | undefined;
  current: boolean;
}

/** The contexts of the kubeconfig that `options` name. Throws `no-cluster` for a file that cannot be read. */
export function contextsOf(options: Pick<KubeconfigOptions, 'kubeconfig' | 'env'>): ContextEntry[] {
  const files = kubeconfigFiles(options.kubeconfig, options.env ?? process.env);
  const { contexts = [], 'current-context': current } = mergeKubeconfigs(files.map((file) => parseKubeconfig(readText(file), file)));
  return contexts.map(({ name, context }) => ({ name, cluster: textAt(context, 'cluster') ?? '', namespace: textAt(context, 'namespace'), current: name === current }));
}

function kubeconfigFiles(given: string | undefined, env: Env): string[] {
  if (given !== undefined) return [resolve(given)];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '').map((file) => resolve(file));
  if (listed.length === 1) return listed;
  // As for kubectl, the list may name files that do not exist (yet).
  const existing = listed.filter((file) => existsSync(file));
  if (existing.length > 0) return existing;
  if (listed.length > 0) throw new EdgeVmError('no-cluster', `none of the files in KUBECONFIG exists: ${listed.join(', ')}`, accepted);
  const own = join(env['HOME'] ?? homedir(), '.kube', 'config');
  return existsSync(own) ? [own] : [];
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new EdgeVmError('no-cluster', `cannot read the kubeconfig ${file} (${code})`, { ...accepted, cause });
  }
}

function select(config: KubeconfigDocument, wanted: string | undefined, origin: string): LoadedKubeconfig {
  const { clusters = [], users = [], contexts = [] } = config;
  const names = contexts.map((c) => c.name);
  const name = wanted ?? config['current-context'];
  const help = names.length === 0 ? accepted : { hint: `Choose one of the contexts there: ${names.join(', ')}`, advice: use('context') };
  if (!name) throw new EdgeVmError('no-cluster', `${origin} has no current context`, help);
  const context = entryOf(contexts, name, 'context', origin);
  if (!context) throw new EdgeVmError('no-cluster', `context "${name}" is not in ${origin}`, help);
  const clusterName = context.text('cluster') ?? '';
  const cluster = entryOf(clusters, clusterName, 'cluster', origin);
  if (!cluster) throw new EdgeVmError('no-cluster', `context "${name}" names cluster "${clusterName}", which is not in ${origin}`);
  const userName = context.text('user');
  const user = userName === undefined ? undefined : entryOf(users, userName, 'user', origin);
  if (userName !== undefined && !user) throw new EdgeVmError('no-cluster', `context "${name}" names user "${userName}", which is not in ${origin}`);
  const server = cluster.text('server') ?? '';
  if (!URL.canParse(server) || !/^https?:/.test(server)) {
    throw new EdgeVmError('no-cluster', `cluster "${clusterName}" in ${origin} has the server "${server}"; accepted is https://host[:port]`);
  }
  const proxyUrl = cluster.text('proxy-url');
  const proxy = proxyUrl === undefined ? undefined : parseProxy(proxyUrl, 'proxy-url of the kubeconfig');
  return { context: name, namespace: context.text('namespace') ?? 'default', server, cluster, proxy, user };
}

function entryOf(entries: readonly Entry[], name: string, kind: 'cluster' | 'user' | 'context', origin: string): Fields | undefined {
  const entry = entries.find((one) => one.name === name);
  return entry && fieldsOf((entry[kind] ?? {}) as Record<string, unknown>, `${kind} "${name}" in ${origin}`);
}
