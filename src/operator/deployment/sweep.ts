import type { Clock } from '../../support/clock.js';

/**
 * The query of all twins shows `$edgeAgent` only. A change of another module's twin alone is found by reading it in turns: so many
 * devices a minute, however many there are, so that more devices at rest cost no more requests.
 */
export class Sweep {
  readonly #clock: Clock;
  #minute = Number.NEGATIVE_INFINITY;
  #left = 0;

  constructor(clock: Clock, readonly perMinute = 10) {
    this.#clock = clock;
  }

  /** True if one more device may be read now. */
  take(): boolean {
    const minute = Math.floor(this.#clock.now() / 60_000);
    if (minute !== this.#minute) [this.#minute, this.#left] = [minute, this.perMinute];
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }
}
