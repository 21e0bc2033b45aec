import { EdgeVmError } from '../support/errors.js';
import type { Log } from './context.js';

/** A device that fails again and again with the same words is one line, until it fails with others. */
export function failureLog(log: Log, count: () => void): (key: string, error: unknown) => void {
  const last = new Map<string, string>();
  return (key, error) => {
    count();
    const words = inWords(error);
    const text = `${words.code} ${words.error}`;
    if (last.get(key) === text) return;
    if (last.size > 10_000) last.clear();
    last.set(key, text);
    log.error('reconcile failed', { device: key, ...words });
  };
}

/** Of any other error than an EdgeVmError only the name and the place: its text may hold anything. */
export function inWords(error: unknown): { code: string; error: string; at?: string | undefined } {
  if (EdgeVmError.is(error)) return { code: error.code, error: error.message };
  return { code: 'unexpected', error: error instanceof Error ? error.name : typeof error, at: error instanceof Error ? error.stack?.split('\n').slice(1, 4).map((line) => line.trim()).join(' ') : undefined };
}
