import { isUnreadable } from '../absent.js';
import type { Cluster } from '../types.js';
import { cachedCluster } from './cluster.js';
import { scopesOf, type CacheSpec, type Scope } from './spec.js';

/**
 * As `cachedCluster`, from one list of each type instead of watches, for a short run over many devices. It shows what
 * was there when it was made, and what its caller wrote since, but no change of others: to see how a device goes on, use the
 * cluster itself. It asks the server about types that it may not list. Throws what a list throws.
 */
export async function snapshotCluster(cluster: Cluster, specs: readonly CacheSpec[], { namespace, signal }: { namespace?: string; signal?: AbortSignal } = {}): Promise<Cluster> {
  // Time does not pass: a doubt stays until the server has been asked.
  const clock = { now: () => 0 };
  const scopes = specs.flatMap((spec) => scopesOf(namespace === undefined ? spec : { ...spec, namespaces: [namespace] }, { clock }));
  await Promise.all(scopes.map((scope) => fill(cluster, scope, signal)));
  return cachedCluster(cluster, { scopes });
}

async function fill(cluster: Cluster, scope: Scope, signal: AbortSignal | undefined): Promise<void> {
  const { spec: { type, labelSelector }, namespace, cache } = scope;
  try {
    const objects = await cluster.list(type, { ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }), ...(signal === undefined ? {} : { signal }) });
    cache.replace(objects.map(cache.entry), '');
    scope.isLive = true;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
}
