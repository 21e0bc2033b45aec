import { setTimeout as delay } from 'node:timers/promises';

export interface KeepRunningOptions {
  signal: AbortSignal;
  log: (line: string) => void;
  /** Milliseconds before the first new try. The pause grows up to ten times that. */
  pause?: number;
}

/** Calls `run` again and again until the signal aborts, also after it fails or ends by itself. */
export async function keepRunning(name: string, run: (signal: AbortSignal) => Promise<void>, { signal, log, pause = 300 }: KeepRunningOptions): Promise<void> {
  let failures = 0;
  let last = '';
  while (!signal.aborted) {
    const begun = Date.now();
    try {
      await run(signal);
      if (!signal.aborted) log(`${name}: ended, starts again`);
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof Error ? error.message : String(error);
      if (text !== last) log(`${name}: ${text}; tries again`);
      last = text;
    }
    failures = Date.now() - begun > 10_000 ? 0 : failures + 1;
    await delay(Math.min(pause * Math.max(1, failures), pause * 10), undefined, { signal }).catch(() => {});
  }
}
