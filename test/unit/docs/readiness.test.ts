import assert from 'node:assert/strict';
import { exitCodeOf, type CauseCode } from '../../../src/support/index.js';
import { RUNGS } from '../../../src/readiness/index.js';
import { codeOf, read, tableRows } from './markdown.js';

/** The union has no values at run time, so its source is read. */
function causeCodes(): CauseCode[] {
  const source = read('src/support/errors.ts');
  const union = source.slice(source.indexOf('export type CauseCode'), source.indexOf('export interface EdgeVmErrorOptions'));
  return [...union.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1] as CauseCode);
}

describe('docs/readiness.md', () => {
  const rows = tableRows(read('docs/readiness.md'));

  it('explains each rung, in order', () => {
    const told = rows.map(([first]) => codeOf(first)).filter((word) => (RUNGS as readonly (string | undefined)[]).includes(word));
    assert.deepEqual(told, [...RUNGS]);
  });

  it('has each cause code once, with its exit code', () => {
    const codes = causeCodes();
    assert.ok(codes.length > 30);
    const told = rows.filter(([code, exit]) => codeOf(code) !== undefined && /^\d+$/.test(exit ?? '')).map(([code, exit]) => `${codeOf(code)} ${exit}`);
    assert.deepEqual(told.toSorted(), codes.map((code) => `${code} ${exitCodeOf(code)}`).toSorted());
  });
});

