import { allowMany, OVER } from './abort.js';
import type { Clock } from './clock.js';
import { EdgeVmError } from './errors.js';

/** An AbortSignal that fires at a deadline or with its parent, and knows which of the two it was. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True if the time is up; false if somebody aborted. */
  readonly expired: boolean;
  /** Frees the timer; call it once the work is done. Aborts `signal`, so that all work that uses it ends too. */
  dispose(): void;
}

/** Starts a deadline of `ms` on the injected clock. */
export function startDeadline(clock: Clock, ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  // Each watch and each wait of a run listens to it.
  allowMany(controller.signal);
  const timer = new AbortController();
  let expired = false;
  const onParent = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) onParent();
  parent?.addEventListener('abort', onParent, { once: true });
  const run = async (): Promise<void> => {
    await clock.sleep(ms, timer.signal);
    if (timer.signal.aborted || controller.signal.aborted) return;
    expired = true;
    controller.abort(new EdgeVmError('timed-out', 'the time ran out'));
  };
  void run();
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    dispose: () => {
      parent?.removeEventListener('abort', onParent);
      timer.abort(OVER);
      controller.abort(OVER);
    },
  };
}

/** Calls `probe` every `intervalMs` until it gives a value; `undefined` if the signal fires first. */
export async function poll<T>(
  clock: Clock,
  signal: AbortSignal,
  intervalMs: number,
  probe: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    if (signal.aborted) return undefined;
    const value = await probe();
    if (value !== undefined) return value;
    await clock.sleep(intervalMs, signal);
  }
}
