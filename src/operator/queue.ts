import { delayOf, type Backoff } from '../support/backoff.js';
import type { Clock } from '../support/clock.js';

/** What a work on a key ended with. Nothing: it is done until something calls `add` again. */
export type Outcome = void | {
  /** Come again after this time, if nothing comes before: not a failure. */
  afterMs?: number;
  /** It failed: come again after a pause that grows with each failure in a row, at least `atLeastMs`. */
  failed?: { atLeastMs?: number };
};

export interface QueueOptions {
  clock: Clock;
  /** Works that run at the same time, at most. */
  concurrency: number;
  /** Pauses after failures of one key; they are spread, so that many keys do not come back together. */
  backoff?: Backoff;
  random?: () => number;
  /** A work threw something: it counts as a failure. */
  onError?: (key: string, error: unknown) => void;
}

/** Numbers since the start, for metrics. */
export interface QueueStats {
  /** Keys that wait for a free worker. */
  readonly depth: number;
  readonly running: number;
  readonly adds: number;
  /** Works after a failure. */
  readonly retries: number;
}

/**
 * Keys of objects to look at. A key waits at most once, however often it is added, and two works never run for one key:
 * a key that is added while its work runs waits until the work has ended, and then comes once more.
 */
export interface WorkQueue {
  add(key: string): void;
  /** Adds it after a time; of several times the earliest counts. */
  after(key: string, ms: number): void;
  /** Forgets the time and the failures of a key, because its object is gone. */
  forget(key: string): void;
  /** Works until the signal fires, then waits for the works that still run. */
  run(work: (key: string) => Promise<Outcome>, signal: AbortSignal): Promise<void>;
  readonly stats: QueueStats;
}

/** A first retry comes at once for a person; a broken hub is not asked more than each few minutes. */
const standard: Backoff = { firstMs: 1_000, maxMs: 300_000 };

/** Without a reason, each abort makes an error with a stack: that is the most of its cost. */
const over = 'over';

interface Timer {
  due: number;
  stop: AbortController;
}

export function createQueue({ clock, concurrency, backoff = standard, random = Math.random, onError = () => undefined }: QueueOptions): WorkQueue {
  const ready = new Set<string>();
  const running = new Set<string>();
  /** Added while its work runs. */
  const again = new Set<string>();
  const timers = new Map<string, Timer>();
  const failures = new Map<string, number>();
  const counts = { adds: 0, retries: 0 };
  /** Nobody takes keys any more: a time would only keep the process alive. */
  let isOver = false;
  let wake: () => void = () => undefined;

  function add(key: string): void {
    counts.adds += 1;
    if (running.has(key)) again.add(key);
    else ready.add(key);
    wake();
  }

  function after(key: string, ms: number): void {
    if (isOver) return;
    const due = clock.now() + ms;
    const known = timers.get(key);
    if (known !== undefined && known.due <= due) return;
    known?.stop.abort(over);
    const timer: Timer = { due, stop: new AbortController() };
    timers.set(key, timer);
    const wait = async (): Promise<void> => {
      await clock.sleep(ms, timer.stop.signal);
      if (timer.stop.signal.aborted) return;
      timers.delete(key);
      add(key);
    };
    void wait();
  }

  function forget(key: string): void {
    timers.get(key)?.stop.abort(over);
    timers.delete(key);
    failures.delete(key);
  }

  /** The time of an earlier look is over: this work looks at all. */
  function take(): string | undefined {
    const [key] = ready;
    if (key === undefined) return undefined;
    ready.delete(key);
    running.add(key);
    timers.get(key)?.stop.abort(over);
    timers.delete(key);
    return key;
  }

  function settle(key: string, outcome: Outcome): void {
    if (outcome?.failed !== undefined) {
      const attempt = (failures.get(key) ?? 0) + 1;
      failures.set(key, attempt);
      counts.retries += 1;
      after(key, Math.max(outcome.failed.atLeastMs ?? 0, delayOf(attempt, backoff, random)));
    } else failures.delete(key);
    if (outcome?.afterMs !== undefined) after(key, outcome.afterMs);
  }

  async function one(key: string, work: (key: string) => Promise<Outcome>): Promise<void> {
    try {
      settle(key, await work(key));
    } catch (error) {
      onError(key, error);
      settle(key, { failed: {} });
    } finally {
      running.delete(key);
      if (again.delete(key)) ready.add(key);
      wake();
    }
  }

  return {
    add, after, forget,
    stats: {
      get depth() { return ready.size; },
      get running() { return running.size; },
      get adds() { return counts.adds; },
      get retries() { return counts.retries; },
    },
    async run(work, signal) {
      const works = new Set<Promise<void>>();
      const stop = (): void => wake();
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        while (running.size < concurrency) {
          const key = take();
          if (key === undefined) break;
          const started = one(key, work);
          works.add(started);
          void started.then(() => works.delete(started));
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted || (ready.size > 0 && running.size < concurrency)) resolve();
        });
      }
      isOver = true;
      for (const { stop } of timers.values()) stop.abort();
      timers.clear();
      await Promise.all(works);
    },
  };
}
