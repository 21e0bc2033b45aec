import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labPaths, type LabPaths } from '../../src/control-plane/paths.js';
import { readSnapshot, writeSnapshot } from '../../src/control-plane/snapshot.js';

describe('snapshots', () => {
  let folder: string;
  const lab = (name: string): LabPaths => {
    const paths = labPaths(name, { EDGE_VM_STATE_DIR: folder, EDGE_VM_CACHE_DIR: folder, HOME: folder });
    mkdirSync(paths.state, { recursive: true });
    return paths;
  };
  const filled = (name: string): LabPaths => {
    const paths = lab(name);
    for (const part of [paths.etcd, paths.pki, paths.tokens, paths.kubevirtCerts]) {
      mkdirSync(part);
      writeFileSync(join(part, 'file'), randomBytes(50_000));
    }
    return paths;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-snapshot-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('give another lab the same content; only this user may read them', async () => {
    const file = join(folder, 'snapshots', 'a.tar.gz');
    const first = filled('first');
    await writeSnapshot(first, file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'snapshots')).mode & 0o777, 0o700);
    const second = lab('second');
    assert.equal(await readSnapshot(second, file, () => {}), true);
    assert.deepEqual(readFileSync(join(second.etcd, 'file')), readFileSync(join(first.etcd, 'file')));
  });

  it('are thrown away when they are damaged, with all that came out of them', async () => {
    const file = join(folder, 'snapshots', 'a.tar.gz');
    await writeSnapshot(filled('first'), file);
    truncateSync(file, statSync(file).size - 20_000);
    const second = lab('second');
    assert.equal(await readSnapshot(second, file, () => {}), false);
    assert.deepEqual(readdirSync(second.state), []);
    assert.equal(existsSync(file), false);
  });

  it('leave no half-written file, and remove what a killed run left', async () => {
    const file = join(folder, 'snapshots', 'a.tar.gz');
    await writeSnapshot(filled('first'), file);
    const [old, young] = [`${file}.1.new`, `${file}.2.new`];
    for (const left of [old, young]) writeFileSync(left, '');
    utimesSync(old, 1, 1);
    await assert.rejects(writeSnapshot(lab('empty'), file), /tar failed/);
    assert.deepEqual(readdirSync(join(folder, 'snapshots')), ['a.tar.gz', 'a.tar.gz.2.new']);
  });
});
