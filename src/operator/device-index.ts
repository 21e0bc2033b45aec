import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import type { DeviceCounts } from './metrics.js';
import { statusIn } from './registration.js';

/** After this time nobody waits for a device any more that does not become ready. */
const comingUpMs = 1_800_000;

interface Entry {
  /** Lower case. */
  hub: string | undefined;
  id: string | undefined;
  stage: string;
  cause: string;
  /** Since when it runs without a report to the hub, in milliseconds since the epoch. */
  comingUpSince: number | undefined;
}

/** Facts from the statuses of all EdgeDevices, kept up to date by their changes, for what is asked about all of them together. */
export class DeviceIndex {
  readonly #entries = new Map<string, Entry>();
  /** Keys by hub and device id. */
  readonly #byId = new Map<string, Set<string>>();

  note(resource: KubeObject, deleted: boolean): void {
    const key = keyOf(resource.metadata);
    const before = this.#entries.get(key);
    if (before !== undefined) this.#byId.get(idOf(before.hub, before.id))?.delete(key);
    this.#entries.delete(key);
    if (deleted) return;
    const entry = entryOf(resource);
    this.#entries.set(key, entry);
    const id = idOf(entry.hub, entry.id);
    this.#byId.set(id, (this.#byId.get(id) ?? new Set()).add(key));
  }

  /** How many devices are in which state. */
  counts(): DeviceCounts {
    const counts = new Map<string, { stage: string; cause: string; count: number }>();
    for (const { stage, cause } of this.#entries.values()) {
      const one = counts.get(`${stage} ${cause}`) ?? { stage, cause, count: 0 };
      counts.set(`${stage} ${cause}`, { ...one, count: one.count + 1 });
    }
    return [...counts.values()];
  }

  /** The device ids of a hub, and whether one of them is coming up. */
  ofHub(hostname: string, now: number): { ids: string[]; eager: boolean } {
    const own = [...this.#entries.values()].filter(({ hub, id }) => hub === hostname.toLowerCase() && id !== undefined);
    return { ids: [...new Set(own.map(({ id }) => id!))], eager: own.some(({ comingUpSince }) => comingUpSince !== undefined && now - comingUpSince < comingUpMs) };
  }

  /** Keys of the EdgeDevices of a device in a hub: one, or more if somebody made a mistake. */
  keysOf(hostname: string, id: string): Iterable<string> {
    return this.#byId.get(idOf(hostname, id)) ?? [];
  }
}

function entryOf(resource: KubeObject): Entry {
  const { device, registration, stage = '', cause, edge, conditions = [] } = statusIn(resource);
  const [ready, running] = ['Ready', 'Running'].map((type) => conditions.find((one) => one.type === type));
  // After a ping the twin is still that of the instance before.
  const since = (ready?.status !== 'True' || edge?.evidence === 'ping') && running?.status === 'True' ? Date.parse(running.lastTransitionTime) : undefined;
  return { hub: (registration?.hub ?? device?.hub)?.toLowerCase(), id: registration?.deviceId ?? device?.id, stage, cause: cause?.code ?? '', comingUpSince: since };
}

const idOf = (hub: string | undefined, id: string | undefined): string => JSON.stringify([hub?.toLowerCase() ?? null, id ?? null]);
