import type { Problem } from '../support/errors.js';
import { InvalidInputError } from '../support/errors.js';
import { device } from './schema/device.js';
import type { EdgeDevice } from './types.js';
import { explained } from './validate/explain.js';
import { check } from './validate/check.js';
import type { Report } from './validate/report.js';

/**
 * All problems of a device with defaults filled in and side files loaded; empty if it is good. It accepts any value: if
 * there is no problem, the value has the shape of `EdgeDevice`. No problem shows a secret.
 */
export function validateDevice(value: unknown): Problem[] {
  const problems: Problem[] = [];
  check(device, value, { field: '', secret: false }, (problem) => problems.push(explained(problem, value)));
  return problems;
}

/** The problems of `spec.identity` alone, for callers that read a connection string before the rest is known. */
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

