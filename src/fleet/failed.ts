import { causeOf } from '../readiness/cause.js';
import { CAUSES } from '../support/causes.js';
import { emptyResult } from '../readiness/empty-result.js';
import { ProvisionError } from '../readiness/provision-error.js';
import type { DeviceResult } from '../readiness/types.js';

/** The result of a device that ended with an error: the object as far as it is known. */
export function failedResult(error: unknown, name: string, namespace: string): DeviceResult {
  if (ProvisionError.is(error)) return error.result;
  return { ...emptyResult(name, namespace), cause: causeOf(error) };
}

/** The result of a device that a check refused: nothing was changed. If only the time was up, or edge-vm failed, nobody refused it. */
export function refusedResult(error: unknown, name: string, namespace: string): DeviceResult {
  const result = failedResult(error, name, namespace);
  const isRefusal = result.cause !== undefined && !['timeout', 'interrupted', 'unexpected'].includes(CAUSES[result.cause.code].exit);
  return isRefusal ? { ...result, untouched: true } : result;
}

/** The result of a device whose turn did not come before somebody ended the run. */
export function notBegun(name: string, namespace: string): DeviceResult {
  return { ...emptyResult(name, namespace), cause: { code: 'interrupted', message: 'interrupted before its turn', hint: 'Do the same again to continue.' } };
}
