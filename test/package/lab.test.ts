import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { emptyFolder, filesOf, project, runs, sourceFiles, tarball } from './support.js';

describe('the package of the lab, installed beside it', () => {
  let folder: string;
  let state: string;
  const lab = (...args: string[]): string => runs(folder, join(folder, 'node_modules/.bin/edge-vm'), ['lab', ...args], { EDGE_VM_STATE_DIR: state });

  before(() => {
    state = emptyFolder();
    folder = project([tarball(), tarball('edge-vm-lab')], { online: true });
  });
  after(() => {
    for (const used of [folder, state]) rmSync(used, { recursive: true, force: true });
  });

  it('has the files that its programs are built from', () => {
    const tracked = ['lab/programs', 'lab/stages', 'lab/stand-in', 'lab/images'].flatMap((part) => sourceFiles(part));
    const files = new Set(filesOf(tarball('edge-vm-lab')));
    // npm knows names of its own that it never packs.
    assert.deepEqual(tracked.map((file) => file.slice('lab/'.length)).filter((file) => !files.has(file)), []);
    assert.deepEqual([...files].filter((file) => /\.map$|test\//.test(file)), []);
  });

  it('uses the same edge-vm, and starts and stops a lab', () => {
    assert.ok(!existsSync(join(folder, 'node_modules/@edge-vm/lab/node_modules/edge-vm')));
    lab('up');
    try {
      const environment = JSON.parse(lab('env', '--shell', 'json')) as Record<string, string>;
      const command = join(folder, 'node_modules/.bin/edge-vm');
      const created = JSON.parse(runs(folder, command, ['create', 'gw-01', '--register', '-o', 'json'], { ...environment, EDGE_VM_STATE_DIR: state })) as { ready: boolean };
      assert.equal(created.ready, true);
    } finally {
      lab('down');
    }
  });
});
