import { EdgeVmError } from '../support/errors.js';
import type { Cause } from './types.js';

/** An error as a result's `cause`. Of any other error than an EdgeVmError it keeps only the name, because its text may hold anything. */
export function causeOf(error: unknown): Cause {
  if (!EdgeVmError.is(error)) return { code: 'unexpected', message: `unexpected ${error instanceof Error ? error.name : typeof error}` };
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }), ...(error.advice.length === 0 ? {} : { advice: error.advice }) };
}
