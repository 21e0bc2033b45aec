import assert from 'node:assert/strict';
import fc from 'fast-check';
import { patchOf } from '../../src/guest/diff.js';

type Json = Record<string, unknown>;

/** RFC 7396, as a twin applies a patch. */
function apply(target: Json, patch: Json): Json {
  const result: Json = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    const old = result[key];
    if (value === null) delete result[key];
    else if (isMap(value)) result[key] = apply(isMap(old) ? old : {}, value);
    else result[key] = value;
  }
  return result;
}

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean());
const tree = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(leaf, fc.dictionary(fc.constantFrom('x', 'y'), leaf, { minKeys: 1, noNullPrototype: true })), { noNullPrototype: true });

describe('patch of reported properties', () => {
  it('turns the old into the new', () => {
    fc.assert(fc.property(tree, tree, (before, after) => {
      assert.deepEqual(apply(before, patchOf(before, after)), { ...after });
    }), { numRuns: 500 });
  });

  it('is empty if nothing differs, so that the twin keeps its old time', () => {
    fc.assert(fc.property(tree, (value) => {
      assert.deepEqual(patchOf(value, structuredClone(value)), {});
    }), { numRuns: 200 });
  });
});
