import type { Problem } from '../../support/errors.js';
import { isMapping } from '../../support/plain.js';
import type { CloudConfig } from './types.js';

/**
 * Merges cloud-config `over` into `base` and changes neither. It merges maps and appends lists; of two scalars it takes
 * that of `over`. If one value is a list or map and the other is not, it reports a problem under `field` and keeps the
 * base's value.
 */
export function mergeCloudConfig(base: CloudConfig, over: CloudConfig, field: string, problems: Problem[]): CloudConfig {
  // A Map and fromEntries, because an assignment would run the setter of a key called __proto__.
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
    problems.push({ field, message: `must be a ${shape}, because edge-vm merges it with its own settings` });
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
