/** Plain data, as in YAML and JSON, and functions to read it if its shape is not sure. */

/** A mapping of plain data. */
export type Mapping = Record<string, unknown>;

/** A plain mapping (no list, no class instance such as Date). */
export function isMapping(value: unknown): value is Mapping {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value as a mapping; `undefined` if it is no mapping. */
export function record(value: unknown): Mapping | undefined {
  return isMapping(value) ? value : undefined;
}

/** Reads nested fields; `undefined` if a value on the path is not as expected. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** As `at`, but only texts. */
export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** As `at`, but only lists; empty if there is none. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** True when every field of `wanted` is in `live` with the same value. Lists must be equal as a whole. */
export function isSubset(wanted: unknown, live: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => isSubset(item, live[i]));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    return Object.entries(wanted).every(([key, value]) => value === undefined || isSubset(value, at(live, key)));
  }
  return wanted === live;
}
