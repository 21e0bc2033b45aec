import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../src/control-plane/lock.js';
import { startTimeOf } from '../../src/control-plane/proc.js';

describe('withLock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets one work after the other and leaves no file', async () => {
    const file = join(folder, 'deep', 'lab.lock');
    const order: string[] = [];
    const work = (name: string) => withLock(file, { what: 'the other', timeout: 5000 }, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      order.push(`${name} ends`);
    });
    await Promise.all([work('a'), work('b')]);
    assert.equal(order[0]!.at(0), order[1]!.at(0));
    assert.equal(order[2]!.at(0), order[3]!.at(0));
    assert.deepEqual(readdirSync(join(folder, 'deep')), []);
  });

  it('gives up when time is over, naming what it waited for and who holds it', async () => {
    const file = join(folder, 'lab.lock');
    const holder = spawn('sleep', ['60'], { stdio: 'ignore' });
    writeFileSync(file, JSON.stringify({ pid: holder.pid, startTime: startTimeOf(holder.pid!) }));
    const waited: number[] = [];
    try {
      await assert.rejects(withLock(file, { what: 'another build to end', timeout: 50, onWait: (pid) => waited.push(pid) }, async () => {}), { code: 'timed-out', message: /another build to end/ });
      assert.deepEqual(waited, [holder.pid]);
      assert.equal(existsSync(file), true);
    } finally {
      holder.kill();
    }
  });

  it('takes over from a holder that was killed, or whose pid is another process by now', async () => {
    for (const content of [JSON.stringify({ pid: process.pid, startTime: '1' }), '', 'nonsense']) {
      const file = join(folder, 'lab.lock');
      writeFileSync(file, content);
      assert.equal(await withLock(file, { what: 'nobody', timeout: 2000 }, async () => 'done'), 'done');
    }
  });

  it('frees the lock when the work fails', async () => {
    const file = join(folder, 'lab.lock');
    await assert.rejects(withLock(file, { what: 'x', timeout: 100 }, async () => { throw new Error('broken'); }), /broken/);
    assert.equal(existsSync(file), false);
  });
});
