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
