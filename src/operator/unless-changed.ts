import type { Cluster, KubeObject } from '../cluster/types.js';
import { joined, OVER, untilAborted } from '../support/abort.js';
import { followResource } from './follow-resource.js';

/**
 * A call to the hub, which takes half a minute to fail if the hub does not answer. If a person changes the resource meanwhile so that
 * the call is of no use any more, it ends at once. `undefined` then; the change itself brings the next work.
 *
 * @param isOver whether it is of no use with the resource as it is now.
 */
export async function unlessChanged<T>(cluster: Cluster, resource: KubeObject, isOver: (live: KubeObject) => boolean, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  const changed = new AbortController();
  const ends = joined(signal, changed.signal);
  const following = followResource(cluster, resource, done.signal, (live) => {
    if (isOver(live)) changed.abort(OVER);
  });
  try {
    return await untilAborted(call(ends.signal), ends.signal);
  } catch (error) {
    if (changed.signal.aborted && !signal.aborted) return undefined;
    throw error;
  } finally {
    done.abort(OVER);
    ends.release();
    await following;
  }
}
