import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { settingsText, shellQuote } from '../../../../src/render/cloud-config/settings.js';

const value = fc.string({ unit: fc.oneof(fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '!', '#', '*', ';', '&', '\r', '\t'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })), maxLength: 40 })
  .filter((text) => !text.includes('\0'));

describe('settings file', () => {
  it('gives real sh back exactly what was put in', () => {
    // Many values in one shell: a process for each would take minutes.
    fc.assert(fc.property(fc.array(value, { minLength: 60, maxLength: 60 }), (values) => {
      const script = settingsText(Object.fromEntries(values.map((text, index) => [`V${index}`, text])));
      const print = values.map((_, index) => `printf '%s\\0' "$V${index}"\n`).join('');
      const { stdout, status } = spawnSync('sh', ['-eu'], { input: script + print, encoding: 'utf8' });
      assert.equal(status, 0);
      assert.deepEqual(stdout.split('\0').slice(0, -1), values);
    }), { numRuns: 20 });
  });

  it('refuses NUL, which no shell variable can hold', () => {
    assert.throws(() => shellQuote('a\0b'), RangeError);
  });
});
