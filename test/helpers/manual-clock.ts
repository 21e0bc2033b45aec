import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/support/clock.js';

interface Sleeper {
  at: number;
  wake: () => void;
}

/** A clock that stands still until a test moves it. `run` moves it from one sleep to the next until a promise settles. */
export class ManualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #now: number;

  constructor(now = Date.parse('2026-11-21T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  iso(offsetMs = 0): string {
    return new Date(this.#now + offsetMs).toISOString();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** Resolves when everything has happened that needs no time. */
  static async settle(): Promise<void> {
    for (let i = 0; i < 5; i++) await setImmediate();
  }

  /** Lets `ms` pass, and ends the sleeps in their order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await ManualClock.settle();
      const next = [...this.#sleepers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = end;
    await ManualClock.settle();
  }

  /** Lets time pass until the promise settles; fails if nothing can settle it. */
  async run<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    const end = this.#now + limitMs;
    const state = { settled: false };
    void promise.catch(() => undefined).finally(() => {
      state.settled = true;
    });
    for (;;) {
      await ManualClock.settle();
      if (state.settled) return promise;
      const next = [...this.#sleepers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) throw new Error('the promise never settles: nobody sleeps, and it is not done');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }

  /** Sleeps that nobody ended: after the end of the work these are leaks. */
  get sleeping(): number {
    return this.#sleepers.size;
  }
}
