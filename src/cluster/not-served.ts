import { EdgeVmError } from '../support/errors.js';

/** The API group is not there at all (no CDI, say). */
export function isNotServed(error: unknown): boolean {
  return EdgeVmError.is(error) && (error.code === 'no-cdi' || error.code === 'no-kubevirt' || error.code === 'not-found');
}
