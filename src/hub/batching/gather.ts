import { abortError, allowMany, untilAborted } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';

export interface GatherOptions<I, R> {
  /** Milliseconds from the first call to the request, if no request is under way. */
  delayMs: number;
  /** Calls of one request. */
  max: number;
  clock: Clock;
  /** Gives a promise for each item, in the same order. If it rejects, all of them do. The signal fires when nobody waits any more. */
  run: (items: readonly I[], signal: AbortSignal) => Promise<readonly Promise<R>[]>;
}

interface Entry<I, R> {
  item: I;
  /** Its caller has given up. */
  gone: boolean;
  resolve: (result: Promise<R>) => void;
  reject: (error: unknown) => void;
}

interface Batch<I, R> {
  entries: Entry<I, R>[];
  ending: AbortController;
  full: () => void;
}

/**
 * Puts calls together that come within some milliseconds, or while the request before is under way. A caller that gives up
 * leaves the others alone; nothing is sent for it if the request has not started.
 */
export function gather<I, R>({ delayMs, max, clock, run }: GatherOptions<I, R>): (item: I, signal?: AbortSignal) => Promise<R> {
  let open: Batch<I, R> | undefined;
  let before: Promise<unknown> = Promise.resolve();

  function begin(): Batch<I, R> {
    const batch: Batch<I, R> = { entries: [], ending: new AbortController(), full: () => undefined };
    // Each call of the batch listens to it.
    allowMany(batch.ending.signal);
    const full = new Promise<void>((resolve) => {
      batch.full = resolve;
    });
    const last = before;
    before = (async () => {
      await Promise.race([clock.sleep(delayMs), full]);
      await last;
      if (open === batch) open = undefined;
      await send(batch);
    })();
    return batch;
  }

  async function send({ entries, ending }: Batch<I, R>): Promise<void> {
    const live = entries.filter(({ gone }) => !gone);
    if (live.length === 0) return;
    try {
      const results = await run(live.map(({ item }) => item), ending.signal);
      for (const [i, { resolve }] of live.entries()) resolve(results[i]!);
    } catch (error) {
      for (const { reject } of live) reject(error);
    }
  }

  return async (item, signal) => {
    if (signal?.aborted) throw abortError(signal);
    const batch = (open ??= begin());
    const entry: Entry<I, R> = { item, gone: false, resolve: () => undefined, reject: () => undefined };
    const result = new Promise<R>((resolve, reject) => Object.assign(entry, { resolve, reject }));
    batch.entries.push(entry);
    if (batch.entries.length >= max) {
      open = undefined;
      batch.full();
    }
    try {
      return await untilAborted(result, signal);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    } finally {
      entry.gone = true;
      if (open !== batch && batch.entries.every(({ gone }) => gone)) batch.ending.abort();
    }
  };
}
