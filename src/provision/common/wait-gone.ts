import type { Cluster, KubeObject, ResourceType } from '../../cluster/types.js';
import { isNotServed } from '../../cluster/absent.js';
import { joined, OVER } from '../../support/abort.js';

export interface Selection {
  namespace: string;
  /** Only the object with that name. */
  name?: string;
  /** Only objects with these labels. */
  labelSelector?: string;
}

/**
 * Watches until no object of the selection is left. `false` if the signal fired first. If the cluster does not serve the
 * type, there is nothing to wait for. After each change, `onLeft` gets the objects that are left.
 */
export async function waitUntilGone(cluster: Cluster, type: ResourceType, selection: Selection, signal: AbortSignal, onLeft?: (left: KubeObject[]) => void): Promise<boolean> {
  const { namespace, name, labelSelector } = selection;
  const ended = new AbortController();
  const both = joined(signal, ended.signal);
  const left = new Map<string, KubeObject>();
  let synced = false;
  const filter = { namespace, ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }), ...(labelSelector === undefined ? {} : { labelSelector }) };
  try {
    for await (const event of cluster.watch(type, { ...filter, signal: both.signal })) {
      if (event.type === 'synced') synced = true;
      else if (event.type === 'deleted') left.delete(event.object.metadata.name);
      else left.set(event.object.metadata.name, event.object);
      onLeft?.([...left.values()]);
      if (synced && left.size === 0) return true;
    }
    return false;
  } catch (error) {
    if (signal.aborted) return false;
    if (isNotServed(error)) return true;
    throw error;
  } finally {
    ended.abort(OVER);
    both.release();
  }
}
