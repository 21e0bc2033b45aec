import { setMaxListeners } from 'node:events';
import { EdgeVmError } from './errors.js';

/**
 * The reason for a signal that only ends work which nobody waits for any more. It is made once: an abort without a reason makes an
 * error with its stack each time.
 */
export const OVER: Error = Object.assign(new Error('the work is over'), { name: 'AbortError' });

/** Many may listen to one signal, and each stops when its work ends: Node.js need not warn of a leak from the eleventh on. */
export function allowMany(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}

/** The error of work that its caller ended: the caller's own error if it gave one, else `timed-out` or `interrupted`. */
export function abortError(signal: AbortSignal): EdgeVmError {
  const reason: unknown = signal.reason;
  if (EdgeVmError.is(reason)) return reason;
  return (reason as Error | undefined)?.name === 'TimeoutError' ? new EdgeVmError('timed-out', 'the time is up') : new EdgeVmError('interrupted', 'interrupted');
}

/**
 * Waits for work that may ignore the signal (a sign-in that waits for a program or a person). When the signal fires, this
 * stops waiting and rejects with the signal's reason; the work continues.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    allowMany(signal);
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * A signal that fires with the first of these. `AbortSignal.any` leaves something in a long-lived signal for every call
 * (seen in Node 20: 400 bytes), so work that comes again and again uses this, and calls `release` when it has ended.
 */
export function joined(...signals: readonly (AbortSignal | undefined)[]): { signal: AbortSignal; release: () => void } {
  const own = new AbortController();
  const given = signals.filter((one) => one !== undefined);
  const release = (): void => {
    for (const one of given) one.removeEventListener('abort', fire);
  };
  const fire = (): void => {
    release();
    own.abort(given.find(({ aborted }) => aborted)?.reason);
  };
  for (const one of given) {
    allowMany(one);
    one.addEventListener('abort', fire, { once: true });
  }
  if (given.some(({ aborted }) => aborted)) fire();
  return { signal: own.signal, release };
}
