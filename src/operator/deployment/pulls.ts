import type { EdgeAgentTwin } from '../../hub/types.js';
import type { Clock } from '../../support/clock.js';
import { textAt } from '../../support/plain.js';

/** The edge agent pulls again and again, so a slow registry, or one that is away for a moment, is no failure yet. */
export const pullGraceMs = 180_000;

/** Words of an engine that the next attempt only repeats: there is no such image or registry, or the device may not read it. */
const definite = /StatusCode: ?40[0134]|manifest unknown|unknown manifest|not found|does not exist|no matching manifest|invalid reference|unauthorized|denied|forbidden|no such host|no basic auth credentials/i;

/** How long devices have been pulling images. */
export class Pulls {
  readonly #clock: Clock;
  /** When this process saw it first, by device, and for which version. */
  readonly #seen = new Map<string, { version: number | undefined; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * What the edge agent's 500 means if its words tell of a pull: `failing` if another attempt cannot help, or if it lasts. The hub's
   * times count where it has them, so that a restart of the operator begins nothing anew.
   */
  stateOf(key: string, { reported }: EdgeAgentTwin): 'waiting' | 'failing' {
    const version = reported.lastDesiredVersion;
    const known = this.#seen.get(key);
    const seen = known !== undefined && known.version === version ? known : { version, at: this.#clock.now() };
    this.#seen.set(key, seen);
    if (definite.test(reported.lastDesiredStatus?.description ?? '')) return 'failing';
    const times = [['lastDesiredVersion'], ['lastDesiredStatus', 'code']].map((path) => Date.parse(textAt(reported, '$metadata', ...path, '$lastUpdated') ?? ''));
    // The version was reported, and then its code; a version that ran may fail later.
    const told = Math.max(...times);
    const since = Number.isNaN(told) ? seen.at : Math.min(told, seen.at);
    return this.#clock.now() - since < pullGraceMs ? 'waiting' : 'failing';
  }

  /** The device pulls no more. */
  forget(key: string): void {
    this.#seen.delete(key);
  }
}
