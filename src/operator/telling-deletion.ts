import type { Cluster, KubeObject } from '../cluster/types.js';
import { OVER } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import { followResource } from './follow-resource.js';

/** Work that ends sooner needs no words. */
const patienceMs = 1_000;

/**
 * Does work for a resource, which may wait half a minute for a hub. If somebody deletes the resource meanwhile, `tell` says what the
 * deletion waits for: two works never run for one resource, so the deletion itself begins later. The work goes on, because a request that
 * is on its way cannot be called back.
 *
 * @param tell gets the resource as it is then.
 */
export async function tellingOfDeletion<T>({ cluster, clock }: { cluster: Cluster; clock: Clock }, resource: KubeObject, tell: (live: KubeObject) => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  let latest = resource;
  let telling: Promise<void> | undefined;
  const say = async (): Promise<void> => {
    await clock.sleep(patienceMs, done.signal);
    if (done.signal.aborted) return;
    try {
      await tell(latest);
    } catch (error) {
      // The work itself meets the same problem, or somebody else has changed the resource.
      if (!EdgeVmError.is(error)) throw error;
    }
  };
  const following = followResource(cluster, resource, done.signal, (live) => {
    latest = live;
    if (live.metadata.deletionTimestamp !== undefined) telling ??= say();
  });
  try {
    return await work();
  } finally {
    done.abort(OVER);
    await following;
    await telling;
  }
}
