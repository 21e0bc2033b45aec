import { randomUUID } from 'node:crypto';
import { joined, untilAborted } from '../../support/abort.js';
import { monotonicClock, systemClock, type Clock } from '../../support/clock.js';
import type { Cluster } from '../types.js';
import { Candidate } from './candidate.js';

/** Milliseconds. The defaults are those of Kubernetes' own controllers. */
export interface LeaseTimes {
  /** A candidate waits so long after the last renewal that it has seen. At least one second more than `renewDeadlineMs`. */
  durationMs: number;
  /** The leader gives up so long after it sent its last renewal that succeeded. */
  renewDeadlineMs: number;
  /** Pause between attempts; for candidates up to 2.2 times as long, at random. */
  retryMs: number;
}

export const defaultLeaseTimes: LeaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export interface LeaderOptions {
  namespace: string;
  /** Of the Lease. */
  name: string;
  /** Who this is, for people; a random part makes it unique. */
  identity: string;
  /** Ends the leadership (or the wait for it) in good order. */
  signal: AbortSignal;
  /**
   * The work of the leader. Its signal fires when the leadership is lost or `signal` fires. Then it must stop: another leader may
   * start `durationMs - renewDeadlineMs` later. While it still stops after `signal`, the Lease is renewed.
   *
   * `mayWork` looks at the clocks at once. A process that stood still handles answers that came meanwhile before it handles its timers, so the
   * signal comes too late for the next write: ask before each. When it says no, the signal has fired.
   */
  onLeading: (signal: AbortSignal, mayWork: () => boolean) => Promise<void>;
  /** The holder of the Lease has changed; empty if nobody holds it. */
  onHolder?: (holder: string, isOurs: boolean) => void;
  /** An attempt failed; it is tried again. */
  onError?: (error: unknown) => void;
  times?: LeaseTimes;
  /** Milliseconds that never jump; a test gives its own. */
  clock?: Clock;
  wallClock?: Pick<Clock, 'now'>;
  random?: () => number;
}

/** How it ended: `stopped` by the signal, `lost` to nobody or to another one, `done` when the work ended by itself. */
export type LeaderEnd = 'stopped' | 'lost' | 'done';

/**
 * Waits until it holds the Lease, and then does the work. At most one process at a time leads, also if the network delays or
 * loses messages, or clocks differ. If the whole process stands still beyond its deadline, it learns of its loss when it goes on: `mayWork`.
 * Give it a connection of its own (`connectCluster`), so that a renewal never waits behind many other requests.
 * Resolves when the work has ended and the Lease is given back; rejects with what the work throws.
 */
export async function runAsLeader(cluster: Cluster, options: LeaderOptions): Promise<LeaderEnd> {
  const { clock = monotonicClock, wallClock = systemClock, times = defaultLeaseTimes, signal, random = Math.random } = options;
  const identity = `${options.identity}_${randomUUID()}`;
  const candidate = new Candidate(cluster, {
    namespace: options.namespace, name: options.name, identity, seconds: Math.ceil(times.durationMs / 1000), now: () => clock.now(), wallNow: () => wallClock.now(),
  });
  let told: string | undefined;

  /** One attempt with a limit. Gives whether the Lease is ours; `undefined` if the attempt failed. */
  const attempt = async (ends: AbortSignal): Promise<boolean | undefined> => {
    const limit = new AbortController();
    const { signal: both, release: forget } = joined(ends, limit.signal);
    void clock.sleep(times.renewDeadlineMs / 2, both).then(() => limit.abort(new Error('the API server did not answer in time')));
    try {
      const { isOurs } = await untilAborted(candidate.attempt(both), both);
      if (candidate.holder !== told) options.onHolder?.(told = candidate.holder, isOurs);
      return isOurs;
    } catch (error) {
      if (!ends.aborted) options.onError?.(error);
      return undefined;
    } finally {
      limit.abort();
      forget();
    }
  };

  let since: Moment;
  for (;;) {
    if (signal.aborted) return 'stopped';
    since = moment(clock, wallClock);
    // Too late an answer is no leadership: others may think by now that the Lease has expired.
    if (await attempt(signal) === true && !isOver(since, clock, wallClock, times)) break;
    await clock.sleep(times.retryMs * (1 + 1.2 * random()), signal);
  }
  return lead({ ...options, clock, wallClock, times }, candidate, attempt, since);
}

/** A moment on both clocks: one may stand still while the machine sleeps, the other may jump. */
interface Moment {
  at: number;
  wallAt: number;
}

type Timed = Required<Pick<LeaderOptions, 'clock' | 'wallClock' | 'times'>> & LeaderOptions;

function moment(clock: Clock, wallClock: Pick<Clock, 'now'>): Moment {
  return { at: clock.now(), wallAt: wallClock.now() };
}

function isOver({ at, wallAt }: Moment, clock: Clock, wallClock: Pick<Clock, 'now'>, { renewDeadlineMs }: LeaseTimes): boolean {
  return clock.now() - at >= renewDeadlineMs || wallClock.now() - wallAt >= renewDeadlineMs;
}

async function lead(options: Timed, candidate: Candidate, attempt: (ends: AbortSignal) => Promise<boolean | undefined>, from: Moment): Promise<LeaderEnd> {
  const { clock, wallClock, times, signal } = options;
  const leading = new AbortController();
  const work = new AbortController();
  let since = from;
  let end: LeaderEnd = 'done';

  let isLost = false;
  const lose = (): void => {
    isLost = true;
    if (!signal.aborted) end = 'lost';
    leading.abort();
    work.abort(new Error('the leadership is lost'));
  };
  const mayWork = (): boolean => {
    if (!leading.signal.aborted && isOver(since, clock, wallClock, times)) lose();
    return !isLost;
  };
  const stop = (): void => {
    end = 'stopped';
    work.abort(signal.reason);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });

  const watching = (async () => {
    while (!leading.signal.aborted) {
      if (isOver(since, clock, wallClock, times)) return lose();
      await clock.sleep(Math.min(since.at + times.renewDeadlineMs - clock.now(), times.retryMs), leading.signal);
    }
  })();
  const renewing = (async () => {
    for (;;) {
      await clock.sleep(times.retryMs, leading.signal);
      if (leading.signal.aborted) return;
      const now = moment(clock, wallClock);
      const isOurs = await attempt(leading.signal);
      if (isOurs === false) return lose();
      if (isOurs === true && !leading.signal.aborted) since = now;
    }
  })();

  try {
    await options.onLeading(work.signal, mayWork);
  } finally {
    signal.removeEventListener('abort', stop);
    leading.abort();
    work.abort();
    await Promise.all([watching, renewing]);
    await release(candidate, clock, times, options.onError);
  }
  return end;
}

/** The work has ended, so another one may lead at once. */
async function release(candidate: Candidate, clock: Clock, { retryMs }: LeaseTimes, onError: ((error: unknown) => void) | undefined): Promise<void> {
  const limit = new AbortController();
  void clock.sleep(retryMs, limit.signal).then(() => limit.abort(new Error('the API server did not answer in time')));
  try {
    await untilAborted(candidate.release(limit.signal), limit.signal);
  } catch (error) {
    onError?.(error);
  } finally {
    limit.abort();
  }
}
