import { EdgeDeployment, EdgeDevice } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { joined, OVER, untilAborted } from '../support/abort.js';
import type { Clock } from '../support/clock.js';

/** Each look reads a cache. */
const lookMs = 1_000;

/**
 * A call to the hub, which takes half a minute to fail if the hub does not answer. If a person changes the resource meanwhile so that
 * the call is of no use any more, it ends at once. `undefined` then; the change itself brings the next work.
 *
 * @param isOver whether it is of no use with the resource as it is now.
 */
export async function unlessChanged<T>({ cluster, clock }: { cluster: Cluster; clock: Clock }, resource: KubeObject, isOver: (live: KubeObject) => boolean, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const { name, namespace, uid } = resource.metadata;
  const kind = resource.kind === EdgeDeployment.kind ? EdgeDeployment : EdgeDevice;
  const done = new AbortController();
  const changed = new AbortController();
  const ends = joined(signal, changed.signal);
  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(lookMs, done.signal);
      if (done.signal.aborted) return;
      // A look that fails says nothing; the next one comes soon.
      const live = await cluster.get(ref(kind, name, namespace), { signal: done.signal }).catch(() => undefined);
      if (live?.metadata.uid === uid && live !== undefined && isOver(live)) return changed.abort(OVER);
    }
  };
  void watch();
  try {
    return await untilAborted(call(ends.signal), ends.signal);
  } catch (error) {
    if (changed.signal.aborted && !signal.aborted) return undefined;
    throw error;
  } finally {
    done.abort(OVER);
    ends.release();
  }
}
