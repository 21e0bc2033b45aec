import { EdgeVmError, InvalidInputError } from '../support/errors.js';
import { causeOf } from './cause.js';
import type { DeviceResult } from './types.js';

const brand = Symbol.for('edge-vm.provision-error');

/**
 * A use case ended too early. It has the code, words and details of the error that ended it. `result` has the device's
 * object as far as it is known: the changes until then, and the cause.
 */
export class ProvisionError extends EdgeVmError {
  readonly [brand] = true;
  readonly result: DeviceResult;

  /** @param result the object so far; its cause is set from the error. */
  constructor(error: EdgeVmError, result: DeviceResult) {
    const { hint, advice, exitCode, details, cause } = error;
    super(error.code, error.message, { ...(hint === undefined ? {} : { hint }), advice, exitCode, details, cause });
    this.name = 'ProvisionError';
    // The stack of its origin, not of the place that caught it.
    if (error.stack !== undefined) this.stack = error.stack;
    this.result = { ...result, cause: causeOf(error) };
  }

  /** True for a ProvisionError of any copy of this library (bundles included). */
  static override is(value: unknown): value is ProvisionError {
    return EdgeVmError.is(value) && (value as unknown as Record<symbol, unknown>)[brand] === true;
  }
}

/** The error with the object so far. Bad input stays an InvalidInputError with all its problems: nothing was done then. */
export function withResult(error: unknown, result: DeviceResult): unknown {
  return !EdgeVmError.is(error) || error instanceof InvalidInputError ? error : new ProvisionError(error, result);
}
