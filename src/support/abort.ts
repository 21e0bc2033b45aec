import { EdgeVmError } from './errors.js';

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
