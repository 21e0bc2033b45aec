import { abortError, untilAborted } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { HubWait, OperationStats } from './types.js';

/** A limit of the hub. */
export interface Limit {
  requests: number;
  seconds: number;
  /** False: the limit is for the whole hub, whatever its units. */
  perUnit: boolean;
  /** For people, as in `100 calls of the identity registry a minute`. */
  name: string;
}

/** The hub's own time of arrival varies: the last tenth of a full bucket stays unused. */
export const usable = 0.9;
/** Requests of one limit that may wait for their answers at the same time. */
const atOnce = 24;

/** What a caller waits for, and until when (milliseconds since the epoch). */
export interface Turn {
  what: string;
  until: number;
  /** How many calls of the limit the request counts as. */
  cost?: number;
  signal?: AbortSignal | undefined;
}

/** Whose limits they are, and who hears of waits. */
export interface Owner {
  hostname: string;
  clock: Clock;
  units: number;
  onWait?: ((wait: HubWait) => void) | undefined;
}

/** Shorter waits are nobody's concern. */
const worthTellingMs = 1000;

/** The token bucket of one limit, for all callers of this process. */
export class Bucket {
  readonly stats: OperationStats;
  readonly #owner: Owner;
  readonly #clock: Clock;
  readonly #words: string;
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;
  #pausedUntil = 0;
  #sent = 0;
  /** Wakes the caller whose turn it is, when it waits for an answer to another. */
  #freed = (): void => undefined;
  /** The turns of all callers that came before. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(owner: Owner, limit: Limit) {
    const { clock, units } = owner;
    const requests = limit.requests * (limit.perUnit || units === Number.POSITIVE_INFINITY ? units : 1);
    this.#owner = owner;
    this.#clock = clock;
    this.#words = `${requests} ${limit.name} a ${limit.seconds === 60 ? 'minute' : 'second'}`;
    this.stats = { perMinute: (requests * 60) / limit.seconds, requests: 0, throttled: 0, seconds: 0, waiting: 0, waitedSeconds: 0 };
    this.#capacity = requests * usable;
    this.#perMs = requests / (limit.seconds * 1000);
    this.#tokens = this.#capacity;
    this.#at = clock.now();
  }

  /** Resolves when the request may be sent, in the order of the callers. Call the result when the answer is there. */
  async turn({ what, until, cost = 1, signal }: Turn): Promise<() => void> {
    let done = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      done = resolve;
    });
    const before = this.#before;
    this.#before = Promise.all([before, mine]);
    const from = this.#clock.now();
    this.stats.waiting += 1;
    try {
      await untilAborted(before, signal);
      for (;;) {
        if (signal?.aborted) throw abortError(signal);
        if (this.#sent >= atOnce) {
          await untilAborted(new Promise<void>((resolve) => {
            this.#freed = resolve;
          }), signal);
          continue;
        }
        const wait = this.#wait(cost);
        if (wait <= 0) return this.#enter(cost);
        if (this.#clock.now() + wait > until) throw this.#tooLong(what, wait);
        if (wait >= worthTellingMs) this.#owner.onWait?.({ what, seconds: Math.ceil(wait / 1000), limit: this.#words, throttled: this.pauseOf() > 0, waiting: this.stats.waiting });
        await this.#clock.sleep(wait, signal);
      }
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    } finally {
      this.stats.waiting -= 1;
      this.stats.waitedSeconds += (this.#clock.now() - from) / 1000;
      done();
    }
  }

  #enter(cost: number): () => void {
    this.take(cost);
    this.#sent += 1;
    return () => {
      this.#sent -= 1;
      this.#freed();
    };
  }

  /** Counts a request that is sent without a turn. */
  take(cost: number): void {
    this.#refill();
    this.#tokens -= cost;
  }

  pause(ms: number): void {
    this.stats.throttled += 1;
    this.#refill();
    // The hub counts otherwise, or another client uses it too.
    this.#tokens = Math.min(this.#tokens, 0);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }

  pauseOf(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /** Milliseconds until a request of that cost may be sent. One that costs more than a full bucket needs a full one. */
  #wait(cost: number): number {
    this.#refill();
    const missing = Math.min(cost, this.#capacity) - this.#tokens;
    return Math.max(this.pauseOf(), missing > 0 ? Math.ceil(missing / this.#perMs) : 0);
  }

  #refill(): void {
    const now = this.#clock.now();
    const more = (now - this.#at) * this.#perMs;
    this.#at = now;
    // Infinity times 0 is no number.
    this.#tokens = Number.isNaN(more) ? this.#capacity : Math.min(this.#capacity, this.#tokens + more);
  }

  #tooLong(what: string, wait: number): EdgeVmError {
    const pause = this.pauseOf();
    const why = pause > 0 ? 'the hub throttles' : `its limit is ${this.#words}`;
    return new EdgeVmError('hub-throttled', `hub ${this.#owner.hostname}: cannot ${what} in time: ${why}, and the next call may come in ${Math.ceil(wait / 1000)} s`, {
      hint: 'Wait, or add units to the hub and say how many it has', details: { retryAfterSeconds: Math.ceil(wait / 1000) },
    });
  }
}
