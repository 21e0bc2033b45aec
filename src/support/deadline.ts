import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';
import { EdgeVmError } from './errors.js';

/** An AbortSignal that fires at a deadline or with its parent, and can tell which it was. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The time ran out, rather than somebody aborting. */
  readonly expired: boolean;
  /** Frees the timer; call it once the work is done. Aborts `signal`, so that what hangs on it ends too. */
  dispose(): void;
}

/** Starts a deadline of `ms` on the injected clock. */
export function startDeadline(clock: Clock, ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  // Each watch and each wait of a run hears it; Node.js takes more than ten for a leak.
  setMaxListeners(0, controller.signal);
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
      timer.abort();
      controller.abort();
    },
  };
}

/** Calls `probe` until it gives a value, every `intervalMs`; `undefined` when the signal fires first. */
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
