import { use } from '../support/advice.js';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { EdgeVmError } from '../support/errors.js';
import { mergeKubeconfigs, parseKubeconfig } from './kubeconfig-file.js';

export interface KubeconfigOptions {
  /** A file; wins over `KUBECONFIG` and `~/.kube/config`. */
  kubeconfig?: string;
  /** The current context when absent. */
  context?: string;
  /** `process.env` when absent. */
  env?: Readonly<Record<string, string | undefined>>;
}

export interface LoadedKubeconfig {
  config: KubeConfig;
  context: string;
  namespace: string;
  /** API server URL without a trailing slash. */
  server: string;
  proxied: boolean;
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const accepted = { hint: 'Set KUBECONFIG, have ~/.kube/config, run in a pod with a ServiceAccount, or name a file', advice: use('kubeconfig') };

/** Reads the configuration as kubectl does: the given file, the `KUBECONFIG` list, `~/.kube/config`, the pod's ServiceAccount. */
export function loadKubeconfig(options: KubeconfigOptions): LoadedKubeconfig {
  const env = options.env ?? process.env;
  const files = kubeconfigFiles(options.kubeconfig, env);
  const config = new KubeConfig();
  if (files.length > 0) {
    const merged = mergeKubeconfigs(files.map((file) => parseKubeconfig(readText(file), file)));
    try {
      config.loadFromString(JSON.stringify(merged));
    } catch (error) {
      // client-node's messages name the entry (`users[0].name is missing`), never a value.
      throw new EdgeVmError('no-cluster', `${files.join(', ')}: ${(error as Error).message}`, accepted);
    }
  } else if (env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(serviceAccountToken)) {
    config.loadFromCluster();
  } else {
    throw new EdgeVmError('no-cluster', 'no kubeconfig found', accepted);
  }
  return select(config, options.context, files.join(', ') || 'the pod\'s ServiceAccount');
}

function kubeconfigFiles(given: string | undefined, env: Readonly<Record<string, string | undefined>>): string[] {
  if (given !== undefined) return [resolve(given)];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '').map((file) => resolve(file));
  if (listed.length === 1) return listed;
  // Like kubectl, a list may name files that do not exist (yet).
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

function select(config: KubeConfig, wanted: string | undefined, origin: string): LoadedKubeconfig {
  const names = config.getContexts().map((c) => c.name);
  const context = wanted ?? config.getCurrentContext();
  const help = names.length === 0 ? accepted : { hint: `Choose one of the contexts there: ${names.join(', ')}`, advice: use('context') };
  if (!context) throw new EdgeVmError('no-cluster', `${origin} has no current context`, help);
  const entry = config.getContextObject(context);
  if (!entry) throw new EdgeVmError('no-cluster', `context "${context}" is not in ${origin}`, help);
  config.setCurrentContext(context);
  const cluster = config.getCluster(entry.cluster);
  if (!cluster) throw new EdgeVmError('no-cluster', `context "${context}" names cluster "${entry.cluster}", which is not in ${origin}`);
  if (entry.user && !config.getUser(entry.user)) {
    throw new EdgeVmError('no-cluster', `context "${context}" names user "${entry.user}", which is not in ${origin}`);
  }
  if (!URL.canParse(cluster.server) || !/^https?:/.test(cluster.server)) {
    throw new EdgeVmError('no-cluster', `cluster "${cluster.name}" in ${origin} has the server "${cluster.server}"; accepted is https://host[:port]`);
  }
  // client-node refuses http:// (kubectl proxy) unless told not to verify a TLS that is not there.
  if (cluster.server.startsWith('http:')) (cluster as { skipTLSVerify: boolean }).skipTLSVerify = true;
  return { config, context, namespace: entry.namespace || 'default', server: cluster.server, proxied: Boolean(cluster.proxyUrl) };
}
