import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GUEST, ROOT } from './guest-shell.js';

const scripts = [...readdirSync(join(GUEST, 'lib')).map((name) => `lib/${name}`), 'edge-vm-provision', 'edge-vm-probe'].map((name) => join(GUEST, name));

describe("the guest's scripts", () => {
  it('pass shellcheck', function () {
    this.timeout(60_000);
    const { status, stdout, error } = spawnSync('shellcheck', ['-x', '-P', ROOT, ...scripts], { encoding: 'utf8' });
    assert.equal(error, undefined);
    assert.equal(status, 0, stdout);
  });

  it('are read by dash', () => {
    for (const script of scripts) assert.equal(spawnSync('dash', ['-n', script], { encoding: 'utf8' }).stderr, '', script);
  });
});
