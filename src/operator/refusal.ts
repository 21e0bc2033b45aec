import { delayOf, type Backoff } from '../support/backoff.js';
import type { CauseCode } from '../support/causes.js';
import { EdgeVmError } from '../support/errors.js';

/** Another try with the same spec and the same Secrets ends the same way. */
const final: ReadonlySet<CauseCode> = new Set<CauseCode>(['invalid-input']);

const pauses: Backoff = { firstMs: 1_000, maxMs: 300_000 };
/** A Secret that the device names is made or corrected a moment later, or another device gives its identity up, and no watch tells. */
const soon: Backoff = { firstMs: 1_000, maxMs: 60_000 };

/** These also come of a wrong content of a Secret, and a person corrects it there. */
const ofSecret: ReadonlySet<CauseCode> = new Set<CauseCode>(['invalid-input', 'not-found', 'unauthorized', 'device-not-found']);

/**
 * Milliseconds until the next try after `attempts` failures in a row; `undefined` for never. A server that throttles says itself how
 * long it wants to be left alone.
 *
 * @param readSecret the run had accepted the spec, and has read a Secret that the device names.
 */
export function nextTry(error: unknown, attempts: number, random: () => number, readSecret = false): number | undefined {
  if (!EdgeVmError.is(error)) return delayOf(attempts, pauses, random);
  const isOfSecret = readSecret && ofSecret.has(error.code);
  if (final.has(error.code) && !isOfSecret) return undefined;
  const isSoon = isOfSecret || error.code === 'not-found' || error.details['other'] !== undefined;
  return Math.max(retryAfterMs(error), delayOf(attempts, isSoon ? soon : pauses, random));
}

/** Milliseconds for which a server that throttles wants to be left alone; 0 if it does not say. */
export function retryAfterMs(error: unknown): number {
  const seconds = EdgeVmError.is(error) ? Number(error.details['retryAfterSeconds'] ?? 0) : 0;
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

/** Says nothing about the device: somebody changed an object at the same time, or the API server was away for a moment. */
export function isPassing(error: unknown): boolean {
  return EdgeVmError.is(error) && ['conflict', 'no-cluster', 'timed-out', 'cluster-unauthorized'].includes(error.code);
}
