import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { sweepSiblings } from '../../src/control-plane/sweep.js';

const key = (digit: string): string => digit.repeat(16);

describe('old folders of the cache', () => {
  let cache: string;

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'edge-vm-sweep-'));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  function make(name: string, hoursOld: number): string {
    const folder = join(cache, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), 'x');
    const time = new Date(Date.now() - hoursOld * 3_600_000);
    utimesSync(folder, time, time);
    return folder;
  }

  it('go when they are of the same kind and nobody has used them for a day', async () => {
    const current = make(`node-${key('a')}`, 100);
    const kept = [make(`node-${key('b')}`, 23), make(`node-libvirt-${key('c')}`, 100), make('node-notes', 100), make(`guest-${key('c')}`, 100)];
    for (const name of [`node-${key('d')}`, `node-${key('e')}.new`, `node-${key('f')}.gone`]) make(name, 25);
    await sweepSiblings(current, () => '');
    assert.deepEqual(readdirSync(cache).sort(), [current, ...kept].map((path) => path.slice(cache.length + 1)).sort());
    assert.ok(Date.now() - statSync(current).mtimeMs < 60_000, 'the current one counts as used now');
  });

  it('stay while a process has them in its arguments, or a lab that is up has its guest disk there', async () => {
    const current = make(`guest-${key('a')}`, 0);
    const inArguments = make(`guest-${key('b')}`, 50);
    const inRecord = make(`guest-${key('c')}`, 50);
    make(`guest-${key('d')}`, 50);
    const state = join(cache, 'state');
    mkdirSync(join(state, 'real-node'), { recursive: true });
    writeFileSync(join(state, 'real-node', 'real-node.json'), JSON.stringify({ guestDisk: join(inRecord, 'disk.raw') }));
    const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)', join(inArguments, 'bin')], { env: { EDGE_VM_LAB_STATE_OF: state }, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await sweepSiblings(current);
    } finally {
      child.kill('SIGKILL');
    }
    assert.deepEqual(readdirSync(cache).sort(), [`guest-${key('a')}`, `guest-${key('b')}`, `guest-${key('c')}`, 'state']);
  });
});
