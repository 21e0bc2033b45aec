import type { Fate, Passing } from './fault-proxy.js';

/** Random numbers from a seed, which a failed test prints. */
export interface Chance {
  readonly seed: number;
  /** From 0 to 1. */
  next: () => number;
  /** A whole number from `from` to `to`. */
  whole: (from: number, to: number) => number;
  pick: <T>(items: readonly T[]) => T;
}

/** The seed of the environment, or a new one. */
export function chance(seed = Number(process.env['EDGE_VM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, next, whole: (from, to) => from + Math.floor(next() * (to - from + 1)), pick: (items) => items[Math.floor(next() * items.length)]! };
}

/** Of the requests that share: throttled, failed, lost, or done with a lost answer. */
export function badly({ next, pick }: Chance, share: number, bodyOf: (status: number) => object): (request: Passing) => Fate {
  return () => {
    if (next() >= share) return 'pass';
    const fate = pick([429, 500, 503, 'drop', 'drop-answer'] as const);
    if (typeof fate === 'string') return fate;
    return { status: fate, body: JSON.stringify(bodyOf(fate)), ...(fate === 429 ? { headers: { 'retry-after': '1' } } : {}) };
  };
}

/** As the API server answers. */
export const apiStatus = (code: number): object => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason: code === 429 ? 'TooManyRequests' : 'InternalError', message: 'the test says so' });

/** As the hub answers. */
export const hubStatus = (code: number): object => ({ Message: `ErrorCode:${code === 429 ? 'ThrottlingException' : 'ServerError'};the test says so`, ExceptionMessage: '' });
