import { isMapping, type Mapping } from '../support/plain.js';
import { device } from './schema/device.js';
import type { Node } from './schema/node.js';

/** Deeper than any field of the schema. An alias to itself ends here, and the validation refuses it. */
const deepest = 12;

/** The node of a key; `undefined` for an unknown field, which the validation refuses. */
function child(node: Node | undefined, key: string): Node | undefined {
  return node?.type === 'object' && Object.hasOwn(node.fields, key) ? node.fields[key] : undefined;
}

/**
 * A copy without the fields that are null. A person's own document keeps its nulls, because they have a meaning there.
 * `register:` with nothing after it becomes a mapping without fields, as the schema says.
 */
export function dropNulls(value: unknown, node: Node | undefined = device, depth = 0): unknown {
  if (depth > deepest || node?.type === 'document') return value;
  if (Array.isArray(value)) return value.map((entry) => dropNulls(entry, node?.type === 'list' ? node.of : undefined, depth + 1));
  if (!isMapping(value)) return value;
  const kept: Mapping = {};
  for (const [key, entry] of Object.entries(value)) {
    const own = child(node, key);
    if (entry === null && own?.type === 'object' && own.bare === true) setOwn(kept, key, {});
    else if (entry !== null && entry !== undefined) setOwn(kept, key, dropNulls(entry, own, depth + 1));
  }
  return kept;
}

/**
 * Merges `over` (flags) into `base` (a file). It merges mappings, and replaces lists and single values. It also replaces
 * fields that are alternatives, such as those of `spec.identity`. Neither input changes. A value of a wrong type in
 * `base` stays, so that the validation refuses it: a flag must not hide a file's mistake.
 */
export function mergeInputs<T>(base: T, over: T): T {
  return merge(base, over, device, 0) as T;
}

function merge(base: unknown, over: unknown, node: Node | undefined, depth: number): unknown {
  if (over === undefined) return base;
  if (base === undefined || base === null || depth > deepest || node?.whole === true) return over;
  if (!isMapping(over)) return over;
  if (!isMapping(base)) return base;
  const merged: Mapping = {};
  const gone = replaced(node, over);
  for (const key of new Set([...Object.keys(base), ...Object.keys(over)])) if (!gone.has(key)) setOwn(merged, key, merge(own(base, key), own(over, key), child(node, key), depth + 1));
  return merged;
}

/** Fields of `base` to which `over` has an alternative, for example the key of a package source as a URL instead of a text. */
function replaced(node: Node | undefined, over: Mapping): ReadonlySet<string> {
  const groups = (node?.type === 'object' ? node.alternatives : undefined) ?? [];
  const said = groups.filter((group) => group.some((key) => own(over, key) !== undefined));
  return new Set(said.length === 0 ? [] : groups.filter((group) => !said.includes(group)).flat());
}

function own(map: Mapping, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** As an own field, even for a key such as `__proto__`. */
function setOwn(map: Mapping, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}
