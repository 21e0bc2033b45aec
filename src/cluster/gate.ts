import { abortError, allowMany, joined } from '../support/abort.js';
import { systemClock, type Clock } from '../support/clock.js';

/** Requests at the same time, and so connections, besides watches and logs. */
export const defaultConcurrency = 32;

/** A server may ask for hours; callers then get its error, and ask again. */
const longestPauseMs = 30_000;

/**
 * What all callers of one API server share: at most some requests at the same time, in the order in which they came; and if the
 * server asks to wait (429 or 503 with `Retry-After`), all of them wait, instead of each finding it out. They do not all come back
 * at the same moment.
 */
export class Gate {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #queue = new Set<() => void>();
  #running = 0;
  #pause = { until: 0, ms: 0 };
  readonly #closed = new AbortController();

  constructor({ limit = defaultConcurrency, clock = systemClock, random = Math.random }: { limit?: number | undefined; clock?: Clock; random?: () => number } = {}) {
    this.#limit = Math.max(1, limit);
    this.#clock = clock;
    this.#random = random;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Waits for a turn and for the end of a pause. The caller must call the returned function when its request has ended. Rejects when the signal fires. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#limit) await this.#turn(signal);
    else this.#running += 1;
    let isIn = true;
    const leave = (): void => {
      if (!isIn) return;
      isIn = false;
      const [next] = this.#queue;
      if (next === undefined) this.#running -= 1;
      // The turn goes on to the next one.
      else next();
    };
    try {
      await this.open(signal);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Waits for the end of a pause, if there is one. Rejects when the signal fires. */
  async open(signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (signal?.aborted) throw abortError(signal);
      const { until, ms } = this.#pause;
      const left = until - this.#clock.now();
      if (left <= 0 || this.#closed.signal.aborted) return;
      const ends = joined(signal, this.#closed.signal);
      await this.#clock.sleep(left + this.#random() * Math.min(1_000, ms), ends.signal);
      ends.release();
    }
  }

  /** The server asks all to wait. */
  pause(ms: number): void {
    const short = Math.min(ms, longestPauseMs);
    const until = this.#clock.now() + short;
    if (until > this.#pause.until) this.#pause = { until, ms: short };
  }

  /** Nobody waits any more: the connection is closed, and every request fails at once. */
  close(): void {
    this.#closed.abort();
    for (const go of this.#queue) go();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      const go = (): void => {
        this.#queue.delete(go);
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.#queue.delete(go);
        reject(abortError(signal!));
      };
      this.#queue.add(go);
      if (signal === undefined) return;
      allowMany(signal);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}
