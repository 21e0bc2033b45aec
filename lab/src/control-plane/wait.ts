import { setTimeout as delay } from 'node:timers/promises';
import { EdgeVmError } from 'edge-vm';

export interface WaitOptions {
  /** What is waited for, as a person would say it: `kube-apiserver to be ready`. */
  what: string;
  /** Milliseconds. */
  timeout: number;
  /** Milliseconds between two calls of `look`; default 100. */
  every?: number;
  signal?: AbortSignal | undefined;
  /** Hint of the error when the time is up, e.g. where the log is. */
  hint?: string | undefined;
}

/**
 * Calls `look` until it returns something other than undefined. An error of `look` counts as "not yet"; the message
 * names it when the time is up. But an EdgeVmError ends the wait.
 */
export async function waitFor<T>(look: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const end = Date.now() + options.timeout;
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      if (EdgeVmError.is(error)) throw error;
      last = error;
    }
    if (Date.now() >= end) {
      const seen = last instanceof Error ? `: ${last.message}` : '';
      throw new EdgeVmError('timed-out', `waited ${Math.round(options.timeout / 1000)} s for ${options.what}${seen}`, {
        ...(options.hint === undefined ? {} : { hint: options.hint }),
        cause: last,
      });
    }
    await delay(options.every ?? 100, undefined, options.signal ? { signal: options.signal } : {});
  }
}
