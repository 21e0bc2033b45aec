import type { Hub } from '../hub/types.js';
import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';

/** Turns of devices at the registry of one hub, which registers 100 devices a minute for each unit of S1. */
export interface RegistryTurns {
  /** The turn of a device, in the order of the first calls. `deviceId`: it will be looked for in the hub. */
  take(key: string, deviceId?: string): TakenTurn;
  /** The hub itself wants to be left alone for so long: all turns that are not given yet come later. */
  pause(ms: number): void;
  /** Calls of the registry a minute that the hub allows; `Infinity` without a limit. */
  readonly perMinute: number;
}

export interface TakenTurn {
  /** Milliseconds until then; 0: it is now, and is used by that. */
  waitMs: number;
  /** The hub is asked which devices of the group exist: wait for that before you ask for one. */
  looked?: Promise<unknown>;
}

/** Devices whose turns come together, so that one query looks for them. */
interface Group {
  ids: Set<string>;
  looked?: Promise<unknown>;
}

/** Some calls are for devices that exist already, for parents, and for second attempts. */
const share = 0.9;
/** So much of a minute's turns may be used at once after a quiet time. */
const burst = 0.75;
const groupMs = 15_000;
/** A device that does not come for its turn is gone, or needs none any more. */
const lostMs = 120_000;

/**
 * Spreads the devices that need the registry over the time: a device whose turn has not come ends its work, and comes back then.
 * If all of them asked at once, those whose calls come too late would use the hub's limit up for nothing.
 */
export function createRegistryTurns(hub: Pick<Hub, 'stats' | 'foresee'>, clock: Clock, signal?: AbortSignal): RegistryTurns {
  const perMinute = hub.stats.operations?.registry.perMinute ?? Number.POSITIVE_INFINITY;
  const pauseMs = 60_000 / (perMinute * share);
  const given = new Map<string, number>();
  const groups = new Map<number, Group>();
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

  function keep(key: string, at: number, deviceId: string | undefined, now: number): void {
    if (given.has(key)) return;
    given.set(key, at);
    if (!groups.has(at)) {
      for (const [other, time] of given) if (time < now - lostMs) given.delete(other);
      for (const time of groups.keys()) if (time < now - lostMs) groups.delete(time);
      groups.set(at, { ids: new Set() });
    }
    if (deviceId !== undefined) groups.get(at)!.ids.add(deviceId);
  }

  /** If that fails, each device asks for itself, and has its own error. */
  async function lookFor(ids: ReadonlySet<string>): Promise<void> {
    try {
      await hub.foresee?.([...ids], signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted !== true && !EdgeVmError.is(error)) throw error;
    }
  }

  return {
    perMinute,
    take(key, deviceId) {
      const now = clock.now();
      const at = given.get(key) ?? turnAt(now);
      if (at > now) {
        keep(key, at, deviceId, now);
        return { waitMs: at - now };
      }
      given.delete(key);
      const group = groups.get(at);
      if (group === undefined || group.ids.size < 2) return { waitMs: 0 };
      return { waitMs: 0, looked: (group.looked ??= lookFor(group.ids)) };
    },
    pause(ms) {
      next = Math.max(next, clock.now() + ms);
    },
  };
}
