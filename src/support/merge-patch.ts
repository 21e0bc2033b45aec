import { isDeepStrictEqual } from 'node:util';
import { isMapping, type Mapping } from './plain.js';

/**
 * The JSON merge patch (RFC 7396) that makes `after` of `before`; `undefined` if they are the same. A field that is only in
 * `before` becomes `null`, and a list is replaced as a whole. Fields with `undefined` count as absent.
 */
export function mergePatchOf(before: unknown, after: unknown): unknown {
  if (!isMapping(before) || !isMapping(after)) return isDeepStrictEqual(before, after) ? undefined : after;
  const patch: Mapping = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], after[key]];
    if (now === undefined) {
      if (old !== undefined && old !== null) patch[key] = null;
      continue;
    }
    const inner = mergePatchOf(old, now);
    if (inner !== undefined) patch[key] = inner;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
