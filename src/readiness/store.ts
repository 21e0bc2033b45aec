import type { Clock } from '../support/clock.js';
import type { Observations } from './observations.js';

/**
 * Where the sources put what they see, and what the follower waits on. Many changes between two looks are one
 * wake-up, so a burst of events costs one evaluation.
 */
export interface Store {
  readonly observations: Observations;
  /** Counts the changes. */
  readonly version: number;
  /** Changes the observations and wakes who waits. */
  update(change: (o: Observations) => void): void;
  /** Resolves once there is a change that `version` had not seen, or when the signal fires. */
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
 * Waits until something holds, looking after each change; no longer than `ms` (for ever, when absent) or until the
 * signal fires. True when it holds.
 */
export async function waitUntil(store: Store, holds: () => boolean, { clock, ms, signal }: { clock: Clock; ms?: number | undefined; signal: AbortSignal }): Promise<boolean> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const changed = (async () => {
    for (;;) {
      const { version } = store;
      if (both.aborted || holds()) return;
      await store.changedSince(version, both);
    }
  })();
  const waits = [changed, ...(ms === undefined ? [] : [clock.sleep(ms, both)])];
  await Promise.race(waits);
  ended.abort();
  await Promise.all(waits);
  return holds();
}
