import { joined, OVER } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import type { Observations } from './observations.js';

/**
 * The sources write their observations here, and the follower waits for changes. Many changes between two looks are one
 * wake-up, so many events at once cost one evaluation.
 */
export interface Store {
  readonly observations: Observations;
  /** Counts the changes. */
  readonly version: number;
  /** Changes the observations and wakes all waiters. */
  update(change: (o: Observations) => void): void;
  /** Resolves after the first change since `version`, or when the signal fires. */
  changedSince(version: number, signal: AbortSignal): Promise<void>;
}

export function createStore(observations: Observations): Store {
  const waiting = new Set<() => void>();
  let version = 0;
  return {
    observations,
    get version() {
      return version;
    },
    update(change) {
      change(observations);
      version++;
      for (const wake of waiting) wake();
    },
    async changedSince(seen, signal) {
      if (version !== seen || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
  };
}

/**
 * Waits until a condition is true, and checks it after each change; at most `ms` (without limit if absent), or until the
 * signal fires. Returns whether it is true.
 */
export async function waitUntil(store: Store, holds: () => boolean, { clock, ms, signal }: { clock: Clock; ms?: number | undefined; signal: AbortSignal }): Promise<boolean> {
  const ended = new AbortController();
  const both = joined(signal, ended.signal);
  const changed = (async () => {
    for (;;) {
      const { version } = store;
      if (both.signal.aborted || holds()) return;
      await store.changedSince(version, both.signal);
    }
  })();
  const waits = [changed, ...(ms === undefined ? [] : [clock.sleep(ms, both.signal)])];
  await Promise.race(waits);
  ended.abort(OVER);
  await Promise.all(waits);
  both.release();
  return holds();
}
