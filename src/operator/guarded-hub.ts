import type { Hub, HubBulk } from '../hub/types.js';
import { delayOf, type Backoff } from '../support/backoff.js';
import type { Clock } from '../support/clock.js';
import { aroundCalls } from '../support/decorated.js';
import { EdgeVmError } from '../support/errors.js';
import { keptError } from '../support/kept-error.js';

const pagedCalls: ReadonlySet<string> = new Set<keyof Hub | keyof HubBulk>(['queryEdgeAgents', 'queryModules', 'allEdgeAgents']);

const pauses: Backoff = { firstMs: 5_000, maxMs: 60_000 };

/**
 * A hub that does not answer costs each call its whole time limit. With many devices, all workers of the queue would wait for
 * it, also those of devices of other hubs. So after such a failure, calls fail at once for a while, with the same error.
 */
export function guardedHub<T extends Hub>(hub: T, clock: Clock, random: () => number): T {
  let failures = 0;
  let closed: { until: number; error: EdgeVmError } | undefined;

  const check = (): void => {
    if (closed === undefined || clock.now() >= closed.until) return;
    const { code, message, hint, details } = closed.error;
    throw new EdgeVmError(code, withoutCall(message, details['operation']), { ...(hint === undefined ? {} : { hint }), details: { ...details, retryAfterSeconds: (closed.until - clock.now()) / 1000 } });
  };
  const failed = (error: unknown): void => {
    if (!EdgeVmError.is(error) || error.code !== 'hub-unreachable') return;
    // Calls that began together fail together: that is one failure.
    if (closed !== undefined && clock.now() < closed.until) return;
    failures += 1;
    closed = { until: clock.now() + delayOf(failures, pauses, random), error: keptError(error) };
  };
  const answered = (): void => {
    failures = 0;
    closed = undefined;
  };

  return aroundCalls(hub, (name, call) => (
    pagedCalls.has(name) ? pages(call as () => AsyncIterable<unknown>) : once(call as () => Promise<unknown>)));

  async function once(call: () => Promise<unknown>): Promise<unknown> {
    check();
    try {
      const result = await call();
      answered();
      return result;
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  async function* pages(call: () => AsyncIterable<unknown>): AsyncGenerator {
    // It is asked seldom, and its answer shows that the hub is back.
    try {
      yield* call();
      answered();
    } catch (error) {
      failed(error);
      throw error;
    }
  }
}

/** The words of the call that failed name its device, which is another one now. */
function withoutCall(message: string, operation: unknown): string {
  return typeof operation === 'string' ? message.replace(` to ${operation}`, '').replace(`: cannot ${operation}`, '') : message;
}
