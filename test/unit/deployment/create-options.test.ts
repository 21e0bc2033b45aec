import assert from 'node:assert/strict';
import fc from 'fast-check';
import { joinParts, readOptions, splitOptions } from '../../../src/deployment/create-options.js';
import { propertyRuns } from '../../helpers/property-runs.js';

describe('createOptions', () => {
  it('are split at 512 characters into parts that edgeAgent joins', () => {
    const parts = splitOptions('x'.repeat(1100));
    assert.deepEqual(Object.entries(parts).map(([key, part]) => [key, part.length]), [['createOptions', 512], ['createOptions01', 512], ['createOptions02', 76]]);
  });

  it('are the same after a split and a join, and no part ends within a character', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 3000 }), (text) => {
      const parts = splitOptions(text);
      for (const part of Object.values(parts)) assert.ok(part.length <= 512 && Buffer.from(part).toString() === part);
      assert.deepEqual(joinParts({ image: 'x', ...parts }), { text });
    }), { numRuns: propertyRuns(200) });
  });

  it('are joined in the order of their numbers, whatever the case of the letters', () => {
    assert.deepEqual(joinParts({ createoptions02: 'c', createoptions: 'a', createoptions01: 'b' }), { text: 'abc' });
  });

  for (const settings of [{ createOptions01: 'a' }, { createOptions: 'a', createOptions02: 'c' }, { createOptions: 'a', createOptions01: {} }]) {
    it(`cannot be joined from ${JSON.stringify(settings)}`, () => assert.ok('problem' in joinParts(settings)));
  }

  it('are taken as a mapping', () => assert.deepEqual(joinParts({ createOptions: { Env: [] } }), { mapping: { Env: [] } }));

  for (const [text, options] of [
    ['', {}], [' null ', {}], ['{"a":1}', { a: 1 }],
    [`{'Env': ['k="v"', 'it\\'s'], // why\n HostConfig: {Privileged: true,}, /* more */ }`, { Env: ['k="v"', "it's"], HostConfig: { Privileged: true } }],
  ] as const) {
    it(`are read from ${text.slice(0, 40)}`, () => assert.deepEqual((readOptions(text) as { options: unknown }).options, options));
  }

  for (const text of ['x', '{', '[]', '5', '"a"', '{"a":1}}', "{'a'}"]) it(`are refused: ${text}`, () => assert.ok('problem' in readOptions(text)));
});
