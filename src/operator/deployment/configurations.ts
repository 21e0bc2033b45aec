import type { Hub, HubConfiguration } from '../../hub/types.js';
import type { Clock } from '../../support/clock.js';

/**
 * The automatic deployments of each hub, from one request for all of them: the hub answers only 20 requests about them a minute and
 * unit, and has 100 at most.
 */
export class Configurations {
  readonly #clock: Clock;
  readonly #lists = new Map<string, { at: number; list: Promise<HubConfiguration[]> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All of a hub, as they were not longer ago than this. */
  async of(hub: Hub, maxAgeMs: number, signal: AbortSignal): Promise<readonly HubConfiguration[]> {
    const known = this.#lists.get(hub.hostname);
    if (known !== undefined && this.#clock.now() - known.at < maxAgeMs) return known.list;
    const entry = { at: this.#clock.now(), list: hub.listConfigurations({ signal }) };
    this.#lists.set(hub.hostname, entry);
    entry.list.catch(() => this.forget(hub));
    return entry.list;
  }

  /** Something changed, or was not as the list said: the next question goes to the hub. */
  forget(hub: Hub): void {
    this.#lists.delete(hub.hostname);
  }
}
