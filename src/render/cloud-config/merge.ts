import type { Problem } from '../../support/errors.js';
import { isMapping } from '../../support/plain.js';
import type { CloudConfig } from './types.js';

/**
 * Merges cloud-config `over` into `base`, both left as they are: maps are merged, lists appended, and of two scalars
 * the one of `over` is taken. A list or map that meets another shape is a problem, reported under `field`, and the
 * base's value stays.
 */
export function mergeCloudConfig(base: CloudConfig, over: CloudConfig, field: string, problems: Problem[]): CloudConfig {
  // A Map and fromEntries: assignment would run the setter of a key called __proto__.
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const present = merged.get(key);
    merged.set(key, present === undefined || present === null ? value : mergeValue(present, value, `${field}.${key}`, problems));
  }
  return Object.fromEntries(merged);
}

function mergeValue(base: unknown, over: unknown, field: string, problems: Problem[]): unknown {
  const shape = shapeOf(base);
  if (shape !== shapeOf(over)) {
    problems.push({ field, message: `must be a ${shape}, to be merged with what edge-vm sets` });
    return base;
  }
  if (isMapping(base) && isMapping(over)) return mergeCloudConfig(base, over, field, problems);
  if (Array.isArray(base) && Array.isArray(over)) return [...(base as unknown[]), ...(over as unknown[])];
  return over;
}

function shapeOf(value: unknown): 'list' | 'mapping' | 'scalar' {
  if (Array.isArray(value)) return 'list';
  return isMapping(value) ? 'mapping' : 'scalar';
}
