import { Event } from '../cluster/kinds.js';
import type { Cluster, KubeObject, ListOptions } from '../cluster/types.js';
import type { Clock } from '../support/clock.js';
import { decorated } from '../support/decorated.js';
import { record, textAt } from '../support/plain.js';

/** Lists of the Events of one object, so many in a time for each namespace; then one list of all Events there serves the others. */
const few = 3;
const timeMs = 10_000;

const about = /^involvedObject\.name=([^,=!]+)$/;

/**
 * A look at one device lists the Events of three objects. If many devices of a namespace are looked at together, one list serves
 * them all: it is at most ten seconds old.
 */
export function sharedEvents(cluster: Cluster, clock: Pick<Clock, 'now'>): Cluster {
  const used = new Map<string, { since: number; count: number }>();
  const lists = new Map<string, { at: number; byObject: Promise<ReadonlyMap<string, KubeObject[]>> }>();

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
    if (known !== undefined && clock.now() - known.at < timeMs) return known.byObject;
    const { fieldSelector: _one, ...rest } = options;
    const byObject = cluster.list(Event, rest).then(byName, (error: unknown) => {
      if (lists.get(namespace)?.byObject === byObject) lists.delete(namespace);
      throw error;
    });
    lists.set(namespace, { at: clock.now(), byObject });
    return byObject;
  };

  return decorated(cluster, {
    async list(type, options = {}) {
      const name = type.kind === Event.kind ? about.exec(options.fieldSelector ?? '')?.[1] : undefined;
      const { namespace } = options;
      if (name === undefined || namespace === undefined || !isMuch(namespace)) return cluster.list(type, options);
      return (await all(namespace, options)).get(name) ?? [];
    },
  });
}

function byName(events: readonly KubeObject[]): ReadonlyMap<string, KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const event of events) {
    const name = textAt(record(event['involvedObject']), 'name') ?? '';
    const known = found.get(name);
    if (known === undefined) found.set(name, [event]);
    else known.push(event);
  }
  return found;
}
