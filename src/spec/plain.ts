import { isMapping } from '../support/plain.js';

/** Places whose content is the person's own document: nulls in there have a meaning. */
const free = new Set(['cloudConfig', 'networkData', 'status']);

/** A copy without the fields that are null. */
export function dropNulls(value: unknown, depth = 0): unknown {
  // Deeper than any field of the schema: an alias that holds itself ends here and is refused by the validation.
  if (depth > 12) return value;
  if (Array.isArray(value)) return value.map((entry) => dropNulls(entry, depth + 1));
  if (!isMapping(value)) return value;
  const kept = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  return Object.fromEntries(kept.map(([key, entry]) => [key, free.has(key) ? entry : dropNulls(entry, depth + 1)]));
}

/** Fields that say one thing in one of several ways: the later input replaces them as a whole. */
const whole = new Set(['identity', 'connectionString', 'password', 'key', 'instancetype', 'preference', 'cloudConfig', 'networkData', 'nodeSelector', 'edgeSource']);

/**
 * Lays `over` upon `base` (flags upon a file): mappings are merged, lists and single values replaced, and so are the
 * fields that say one thing in several ways, such as `spec.identity`. Neither input changes.
 */
export function mergeInputs<T>(base: T, over: T): T {
  return merge(base, over, 0) as T;
}

function merge(base: unknown, over: unknown, depth: number): unknown {
  if (over === undefined) return base;
  if (depth > 12 || !isMapping(base) || !isMapping(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, mergeField(base, over, key, depth)]));
}

function mergeField(base: Record<string, unknown>, over: Record<string, unknown>, key: string, depth: number): unknown {
  const [lower, upper] = [own(base, key), own(over, key)];
  return whole.has(key) && upper !== undefined ? upper : merge(lower, upper, depth + 1);
}

function own(map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
