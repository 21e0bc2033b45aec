import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveOut } from '../helpers/leave-out.js';
import { makeKey, stopAgent } from './gpg.js';
import type { GpgKey } from './gpg.js';
import { GUEST } from './guest-shell.js';

describe('fingerprint of a signing key', function () {
  this.timeout(60_000);
  let folder: string;
  let keys: GpgKey[];

  before(function () {
    if (spawnSync('gpg', ['--version']).error !== undefined) leaveOut(this, 'gpg is not installed');
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-key-'));
    keys = [makeKey(folder, 'one', 'ed25519'), makeKey(folder, 'two', 'rsa2048')];
  });
  after(() => {
    for (const key of keys ?? []) stopAgent(key);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  function fingerprints(text: string): { status: number | null; found: string[] } {
    const file = join(folder, 'key.asc');
    writeFileSync(file, text);
    const { status, stdout } = spawnSync('python3', [join(GUEST, 'key-fingerprint.py'), file], { encoding: 'utf8' });
    return { status, found: stdout.split('\n').filter((line) => line !== '') };
  }

  it("is gpg's own", () => {
    for (const key of keys) assert.deepEqual(fingerprints(key.armoured), { status: 0, found: [key.fingerprint] });
  });

  it('lists every primary key of the file', () => {
    assert.deepEqual(fingerprints(keys.map((key) => key.armoured).join('\n')).found, keys.map((key) => key.fingerprint));
    assert.deepEqual(fingerprints(keys.map((key) => key.armoured.replaceAll('\n', '\r\n')).join('')).found, keys.map((key) => key.fingerprint));
  });

  it('fails on what is not a key', () => {
    for (const text of ['', '<html>404</html>', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n', keys[0]!.armoured.replace(/\n[^\n]{30,}\n/, '\n')]) {
      assert.notEqual(fingerprints(text).status, 0, text.slice(0, 60));
    }
  });
});
