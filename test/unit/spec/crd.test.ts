import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

describe('charts/edge-vm/crds', () => {
  it('is what scripts/crds.mjs writes', () => {
    assert.doesNotThrow(() => execFileSync(process.execPath, ['scripts/crds.mjs', '--check'], { encoding: 'utf8', stdio: 'pipe' }));
  });
});
