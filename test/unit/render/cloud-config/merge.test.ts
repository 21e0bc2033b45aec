import assert from 'node:assert/strict';
import type { Problem } from '../../../../src/support/errors.js';
import { mergeCloudConfig } from '../../../../src/render/cloud-config/merge.js';

function merge(base: Record<string, unknown>, over: Record<string, unknown>): { result: Record<string, unknown>; problems: Problem[] } {
  const problems: Problem[] = [];
  return { result: mergeCloudConfig(base, over, 'x', problems), problems };
}

describe('merging cloud-config', () => {
  const cases: [name: string, base: Record<string, unknown>, over: Record<string, unknown>, result: Record<string, unknown>][] = [
    ['appends lists', { a: [1] }, { a: [2] }, { a: [1, 2] }],
    ['merges maps deeply', { a: { b: 1, c: { d: [1] } } }, { a: { c: { d: [2], e: 3 } } }, { a: { b: 1, c: { d: [1, 2], e: 3 } } }],
    ['takes the later scalar', { a: true, b: 1 }, { a: false }, { a: false, b: 1 }],
    ['adds what is new', { a: 1 }, { b: null, c: [3] }, { a: 1, b: null, c: [3] }],
    ['fills an empty value', { a: null }, { a: [1] }, { a: [1] }],
  ];
  for (const [name, base, over, result] of cases) {
    it(name, () => {
      const before = structuredClone({ base, over });
      assert.deepEqual(merge(base, over), { result, problems: [] });
      assert.deepEqual({ base, over }, before, 'its inputs stay as they are');
    });
  }

  it('reports a shape that does not fit, with the path of the field', () => {
    const { result, problems } = merge({ a: { b: [1] }, c: { d: 1 } }, { a: { b: 'one' }, c: [1] });
    assert.deepEqual(problems.map((problem) => [problem.field, problem.message.split(',')[0]]), [['x.a.b', 'must be a list'], ['x.c', 'must be a mapping']]);
    assert.deepEqual(result, { a: { b: [1] }, c: { d: 1 } });
  });

  it('is not fooled by a key called __proto__', () => {
    const { result } = merge({}, JSON.parse('{"__proto__":{"polluted":1}}') as Record<string, unknown>);
    assert.equal((result as { polluted?: number }).polluted, undefined);
    assert.ok(Object.hasOwn(result, '__proto__'));
  });
});
