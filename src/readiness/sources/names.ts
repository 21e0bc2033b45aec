import { joined, OVER } from '../../support/abort.js';
import type { Source } from './source.js';

/** Runs `work` once for each name that appears, until that name is gone or the source ends. */
export async function followNames(source: Source, names: () => string[], work: (name: string, one: Source) => Promise<void>): Promise<void> {
  const running = new Map<string, AbortController>();
  const failures: unknown[] = [];
  const ended = new AbortController();
  const { signal, release } = joined(source.signal, ended.signal);
  const start = (name: string): void => {
    const controller = new AbortController();
    running.set(name, controller);
    const own = joined(signal, controller.signal);
    work(name, { ...source, signal: own.signal }).catch((error: unknown) => {
      failures.push(error);
      ended.abort();
    }).finally(own.release);
  };
  while (!signal.aborted) {
    const { version } = source.store;
    const wanted = new Set(names());
    for (const name of wanted) if (!running.has(name)) start(name);
    for (const [name, controller] of running) {
      if (wanted.has(name)) continue;
      controller.abort(OVER);
      running.delete(name);
    }
    await source.store.changedSince(version, signal);
  }
  for (const controller of running.values()) controller.abort(OVER);
  release();
  if (failures.length > 0) throw failures[0];
}
