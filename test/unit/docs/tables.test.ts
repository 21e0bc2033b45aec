import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

describe('tables of the documentation that come from the source', () => {
  it('are as scripts/docs.mjs writes them', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
});
