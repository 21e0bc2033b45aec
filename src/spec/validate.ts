import type { Problem } from '../support/errors.js';
import { InvalidInputError } from '../support/errors.js';
import { device } from './schema/device.js';
import type { EdgeDevice } from './types.js';
import { check } from './validate/check.js';
import type { Report } from './validate/report.js';

/**
 * Everything wrong with a device whose defaults are filled in and whose side files are loaded; empty when it is
 * good. Takes any value: what it lets pass has the shape of `EdgeDevice`. No problem shows a secret.
 */
export function validateDevice(value: unknown): Problem[] {
  const problems: Problem[] = [];
  check(device, value, { field: '', secret: false }, (problem) => problems.push(problem));
  return problems;
}

/** What is wrong with `spec.identity` alone; for who reads a connection string before the rest is known. */
export function validateIdentity(value: unknown): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (problem) => problems.push(problem);
  const { spec } = device.fields;
  if (spec?.type === 'object') check(spec.fields['identity']!, value, { field: 'spec.identity', secret: false }, report);
  return problems;
}

/** Throws `InvalidInputError` with every problem at once (exit code 2). */
export function assertValid(value: unknown): asserts value is EdgeDevice {
  const problems = validateDevice(value);
  if (problems.length > 0) throw new InvalidInputError(problems);
}

