import { Event } from '../cluster/kinds.js';
import type { Cluster, KubeObject, ListOptions } from '../cluster/types.js';
import { bySubject, leanEvent, subjectOf } from '../readiness/lean-event.js';
import type { Clock } from '../support/clock.js';
import { decorated } from '../support/decorated.js';

/** Lists of the Events of one object, so many in a time for each namespace; then one list of all Events there serves the others. */
const few = 3;
const timeMs = 10_000;

/**
 * A look at one device lists the Events of three objects. If many devices of a namespace are looked at together, one list serves
 * them all for ten seconds. A thousand devices have more than ten thousand Events, so it keeps little of each,
 * and the list only as long as it serves. `signal` ends its timer.
 */
export function sharedEvents(cluster: Cluster, clock: Pick<Clock, 'now' | 'sleep'>, signal?: AbortSignal): Cluster {
  const used = new Map<string, { since: number; count: number }>();
  const lists = new Map<string, Promise<ReadonlyMap<string, KubeObject[]>>>();

  const isMuch = (namespace: string): boolean => {
    const now = clock.now();
    const known = used.get(namespace);
    const window = known !== undefined && now - known.since < timeMs ? known : { since: now, count: 0 };
    window.count += 1;
    used.set(namespace, window);
    return window.count > few;
  };

  const all = (namespace: string, options: ListOptions): Promise<ReadonlyMap<string, KubeObject[]>> => {
    const known = lists.get(namespace);
    if (known !== undefined) return known;
    const { fieldSelector: _one, ...rest } = options;
    const forget = (): void => {
      if (lists.get(namespace) === byObject) lists.delete(namespace);
    };
    const byObject = cluster.list(Event, { ...rest, lean: leanEvent }).then(bySubject, (error: unknown) => {
      forget();
      throw error;
    });
    lists.set(namespace, byObject);
    // A slow server is not asked again before it has answered.
    void Promise.all([byObject, clock.sleep(timeMs, signal)]).then(forget, forget);
    return byObject;
  };

  return decorated(cluster, {
    async list(type, options = {}) {
      const name = type.kind === Event.kind ? subjectOf(options) : undefined;
      const { namespace } = options;
      if (name === undefined || namespace === undefined || !isMuch(namespace)) return cluster.list(type, name === undefined ? options : { ...options, lean: leanEvent });
      return (await all(namespace, options)).get(name) ?? [];
    },
  });
}
