import type { EdgeAgentTwin, Hub } from '../hub/types.js';
import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { Log, TwinAnswer } from './context.js';

/** While devices come up, people wait for news. */
const eagerMs = 10_000;
/** An S1 unit answers 20 queries a minute, and others use the hub too. */
const queryMs = 4_000;
/** Twins of one page of a query. */
const pageSize = 500;

export interface TwinsOptions {
  hub: Hub;
  clock: Clock;
  random: () => number;
  log: Log;
  /** Milliseconds between two queries at rest. */
  intervalMs: number;
  /** The devices of this hub, and whether one of them is coming up. */
  devices: () => { ids: readonly string[]; eager: boolean };
  /** These devices' twins differ from the last answer. */
  onChange: (ids: readonly string[]) => void;
}

/** The twins of the edge agents of all devices of a hub, from one query with pages. */
export interface Twins {
  /** Resolves after the first answer or failure. */
  readonly first: Promise<void>;
  of(deviceId: string): { answer: TwinAnswer | undefined; problem: string | undefined };
  /** Asks again and again until the signal fires. */
  run(signal: AbortSignal): Promise<void>;
}

export function createTwins({ hub, clock, random, log, intervalMs, devices, onChange }: TwinsOptions): Twins {
  let twins = new Map<string, EdgeAgentTwin>();
  let at: number | undefined;
  let problem: string | undefined;
  let ready: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    ready = resolve;
  });

  async function ask(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const asked = clock.now();
    const answer = new Map<string, EdgeAgentTwin>();
    try {
      if (ids.length > 0) for await (const { deviceId, twin } of hub.queryEdgeAgents(ids, { signal })) answer.set(deviceId, twin);
    } catch (error) {
      if (signal.aborted) return;
      if (!EdgeVmError.is(error)) throw error;
      if (problem !== error.message) log.warn('cannot read the twins of a hub', { hub: hub.hostname, code: error.code, error: error.message });
      const isNews = problem !== error.message && at === undefined;
      problem = error.message;
      if (isNews) onChange(ids);
      return;
    }
    if (problem !== undefined) log.info('the hub answers again', { hub: hub.hostname });
    const isFirst = at === undefined;
    const changed = ids.filter((id) => isFirst || versionOf(twins.get(id)) !== versionOf(answer.get(id)));
    [twins, at, problem] = [answer, asked, undefined];
    if (changed.length > 0) onChange(changed);
  }

  return {
    first,
    of: (id) => ({ answer: at === undefined ? undefined : { value: twins.get(id), at }, problem }),
    async run(signal) {
      while (!signal.aborted) {
        const { ids } = devices();
        await ask(ids, signal);
        ready();
        await pause(signal);
      }
    },
  };

  /** A device that comes up ends a long pause. */
  async function pause(signal: AbortSignal): Promise<void> {
    const begun = clock.now();
    while (!signal.aborted) {
      const { ids, eager } = devices();
      const least = Math.ceil(Math.max(1, ids.length / pageSize)) * queryMs;
      const wanted = Math.max(least, eager ? Math.min(eagerMs, intervalMs) : intervalMs);
      const left = begun + wanted - clock.now();
      if (left <= 0) return;
      await clock.sleep(Math.min(left, 2_000) * (0.9 + random() / 5), signal);
    }
  }
}

/** Differs if anything that the operator reads of a twin differs. */
function versionOf(twin: EdgeAgentTwin | undefined): string {
  return twin === undefined ? '' : [twin.etag, twin.version, twin.connectionState, twin.desired.$version, twin.reported.$version, twin.reported.$metadata?.$lastUpdated].join(' ');
}
