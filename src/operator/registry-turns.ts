import type { HubStats } from '../hub/types.js';
import type { Clock } from '../support/clock.js';

/** Turns of devices at the registry of one hub, which registers 100 devices a minute for each unit of S1. */
export interface RegistryTurns {
  /** Milliseconds until the turn of a device, in the order of the first calls; 0: it is now, and is used by that. */
  take(key: string): number;
  /** The hub itself wants to be left alone for so long: all turns that are not given yet come later. */
  pause(ms: number): void;
  /** Calls of the registry a minute that the hub allows; `Infinity` without a limit. */
  readonly perMinute: number;
}

/** Some calls are for devices that exist already, for parents, and for second attempts. */
const share = 0.9;
/** So much of a minute's turns may be used at once after a quiet time. */
const burst = 0.75;
/** Turns of this time come together, so that one query and one bulk request serve their devices. */
const groupMs = 15_000;
/** A device that does not come for its turn is gone, or needs none any more. */
const lostMs = 120_000;

/**
 * Spreads the devices that need the registry over the time: a device whose turn has not come ends its work, and comes back then.
 * If all of them asked at once, those whose calls come too late would use the hub's limit up for nothing.
 */
export function createRegistryTurns(stats: Pick<HubStats, 'operations'>, clock: Clock): RegistryTurns {
  const perMinute = stats.operations?.registry.perMinute ?? Number.POSITIVE_INFINITY;
  const pauseMs = 60_000 / (perMinute * share);
  const given = new Map<string, number>();
  /** When the calls of all given turns are over, if they came one after the other and nobody had a burst. */
  let next = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;

  function turnAt(now: number): number {
    next = Math.max(next, now - burst * 60_000);
    // A device that comes alone is read before it is made.
    if (last <= now && next + 2 * pauseMs <= now) {
      next += 2 * pauseMs;
      return now;
    }
    next += pauseMs;
    last = Math.max(last, Math.ceil(next / groupMs) * groupMs);
    return last;
  }

  return {
    perMinute,
    take(key) {
      const now = clock.now();
      const at = given.get(key) ?? turnAt(now);
      if (at <= now) {
        given.delete(key);
        return 0;
      }
      if (!given.has(key)) for (const [other, time] of given) if (time < now - lostMs) given.delete(other);
      given.set(key, at);
      return at - now;
    },
    pause(ms) {
      next = Math.max(next, clock.now() + ms);
    },
  };
}
