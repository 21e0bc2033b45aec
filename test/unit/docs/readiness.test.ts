import assert from 'node:assert/strict';
import { RUNGS } from '../../../src/readiness/index.js';
import { codeOf, read, tableRows } from './markdown.js';

describe('docs/readiness.md', () => {
  const rows = tableRows(read('docs/readiness.md'));

  it('explains each rung, in order', () => {
    const told = rows.map(([first]) => codeOf(first)).filter((word) => (RUNGS as readonly (string | undefined)[]).includes(word));
    assert.deepEqual(told, [...RUNGS]);
  });
});
