import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processesWithEnvironment } from '../../src/control-plane/proc.js';
import { allDiesWithUs, diesWithUs } from '../../src/real-node/dies-with-us.js';
import { leaveOut } from '../support/leave-out.js';

const mark = 'EDGE_VM_TEST_DIES';

/** Runs a command below a node of its own, kills that node, and gives the processes that are left of it all. */
async function leftAfterKill(command: readonly string[], value: string): Promise<number[]> {
  const script = `require('node:child_process').spawn(${JSON.stringify(command[0])}, ${JSON.stringify(command.slice(1))}, { stdio: 'inherit' })`;
  const parent = spawn(process.execPath, ['-e', script], { env: { ...process.env, [mark]: value }, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(parent.stdout, 'data');
  assert.ok(processesWithEnvironment(mark, value).length >= 2, 'it runs');
  parent.kill('SIGKILL');
  for (const end = Date.now() + 5000; Date.now() < end && processesWithEnvironment(mark, value).length > 0; ) await delay(20);
  return processesWithEnvironment(mark, value);
}

describe('a program that must not outlive the lab command', function () {
  this.timeout(20_000);

  it('ends when that is killed', async () => {
    assert.deepEqual(await leftAfterKill([...diesWithUs, 'sh', '-c', 'echo ready; exec sleep 60'], 'one'), []);
  });

  it('ends with all that it started, and leaves no mount', async function () {
    if (process.getuid?.() !== 0) leaveOut(this, 'it needs root (mounts)');
    const folder = mkdtempSync(join(tmpdir(), 'edge-vm-dies-'));
    try {
      const work = `trap "" TERM; mount -t tmpfs none ${folder}; sleep 60 & echo ready; wait`;
      assert.deepEqual(await leftAfterKill([...allDiesWithUs, 'sh', '-ec', work], 'all'), []);
      assert.ok(!readFileSync('/proc/self/mounts', 'utf8').includes(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
