import type { Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import { retrying } from '../support/retry.js';
import type { RetryLimits } from '../support/retry.js';
import { classify } from './classify.js';
import type { CallSubject } from './classify.js';
import { defaultLimits } from './limits.js';
import { bindSdk } from './sdk.js';
import type { Sdk, Wire } from './sdk.js';
import type { Throttle } from './throttle.js';
import { troubleOf } from './trouble.js';
import type { HubCall, HubOperation, HubTrouble } from './types.js';

/** What a call is, for its turn, its error and its counters. */
export interface CallOf {
  what: string;
  /** The right of a shared access policy that it needs. */
  right: CallSubject['right'];
  operation: HubOperation;
  /** How many calls of its limit it counts as. */
  cost?: number;
  signal?: AbortSignal | undefined;
  /** Milliseconds that it may wait for its turn; that of the client when absent. */
  patienceMs?: number | undefined;
  limits?: Partial<RetryLimits>;
  /** Must not be sent again after an answer of 5xx or a lost connection. */
  once?: boolean;
  /** Texts of the request that must not appear in an error. */
  secrets?: CallSubject['secrets'];
}

/** The part of a call that its caller gives. */
export const byCaller = ({ signal, patienceMs }: HubCall): Pick<CallOf, 'signal' | 'patienceMs'> => ({ signal, patienceMs });

/** Runs one call when it has its turn, with its attempts. */
export type RunCall = <T>(call: CallOf, work: (sdk: Sdk) => Promise<T>) => Promise<T>;

/** The hub says in its message how long to wait, not always in a header. Without a word from it, everybody waits so long. */
const pauseMs = 2_000;

/** How calls are sent to one hub: in their turn, and again after a failure that passes. */
export function createRun({ wire, clock, throttle, patienceMs, tell }: { wire: Wire; clock: Clock; throttle: Throttle; patienceMs: number; tell: (trouble: HubTrouble | undefined) => void }): RunCall {
  const { hostname } = wire;

  return async function run<T>(call: CallOf, work: (sdk: Sdk) => Promise<T>): Promise<T> {
    const { what, operation, cost, signal } = call;
    const until = clock.now() + (call.patienceMs ?? patienceMs);
    for (;;) {
      const done = await throttle.turn(operation, { what, until, signal, ...(cost === undefined ? {} : { cost }) });
      try {
        return await send(call, work);
      } catch (error) {
        const pause = throttle.pauseOf(operation);
        if (!EdgeVmError.is(error) || error.details['status'] !== 429 || clock.now() + pause >= until) throw error;
      } finally {
        done();
      }
    }
  };

  /** One call that has its turn, with its attempts. */
  function send<T>({ what, right, operation, cost, signal, limits, once, secrets: own = [] }: CallOf, work: (sdk: Sdk) => Promise<T>): Promise<T> {
    const counters = throttle.stats[operation];
    let attempts = 0;
    return retrying(async (attempt) => {
      attempts += 1;
      if (attempts > 1) throttle.borrow(operation, cost);
      counters.requests += 1;
      const from = clock.now();
      try {
        const answer = await work(bindSdk(wire, attempt, from));
        tell(undefined);
        return answer;
      } finally {
        counters.seconds += (clock.now() - from) / 1000;
      }
    }, (error) => {
      const secrets = 'policy' in wire.credential ? [wire.credential.policy.key] : [];
      const failure = classify(error, { hostname, what, right, secrets: [...secrets, ...own], proxy: wire.proxy, now: clock.now() });
      tell(troubleOf(hostname, failure.error));
      if (failure.error.details['status'] === 429) throttle.pause(operation, Math.max(failure.afterMs, pauseMs));
      return once && failure.error.code !== 'hub-throttled' ? { ...failure, again: false } : failure;
    }, { clock, limits: { ...defaultLimits, ...limits }, signal });
  }
}
