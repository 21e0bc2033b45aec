import assert from 'node:assert/strict';
import { STAGES } from '../../../src/readiness/index.js';
import { codeOf, read, tableRows } from '../../docs/markdown.js';

describe('docs/readiness.md', () => {
  const rows = tableRows(read('docs/readiness.md'));

  it('explains each stage, in order', () => {
    const told = rows.map(([first]) => codeOf(first)).filter((word) => (STAGES as readonly (string | undefined)[]).includes(word));
    assert.deepEqual(told, [...STAGES]);
  });
});
