import { delayOf, type Backoff } from '../support/backoff.js';
import type { CauseCode } from '../support/causes.js';
import { EdgeVmError } from '../support/errors.js';

/** Another try with the same spec ends the same way: only a change of the resource helps. */
const final: ReadonlySet<CauseCode> = new Set<CauseCode>(['invalid-input']);

const pauses: Backoff = { firstMs: 1_000, maxMs: 300_000 };
/** A Secret that the device names is often made a moment later, or another device gives its identity up, and no watch tells. */
const missing: Backoff = { firstMs: 1_000, maxMs: 60_000 };

/** Milliseconds until the next try after `attempts` failures in a row; `undefined` for never. A server that throttles says itself how long it wants to be left alone. */
export function nextTry(error: unknown, attempts: number, random: () => number): number | undefined {
  if (EdgeVmError.is(error) && final.has(error.code)) return undefined;
  const seconds = EdgeVmError.is(error) ? Number(error.details['retryAfterSeconds'] ?? 0) : 0;
  return Math.max(Number.isFinite(seconds) ? seconds * 1000 : 0, delayOf(attempts, EdgeVmError.is(error) && (error.code === 'not-found' || error.details['other'] !== undefined) ? missing : pauses, random));
}

/** Says nothing about the device: somebody changed an object at the same time, or the API server was away for a moment. */
export function isPassing(error: unknown): boolean {
  return EdgeVmError.is(error) && ['conflict', 'no-cluster', 'timed-out', 'cluster-unauthorized'].includes(error.code);
}
