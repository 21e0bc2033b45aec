import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from '../../integration/harness/paths.js';
import { theLab } from '../../integration/harness/lab.js';
import { until } from './until.js';

/** Ends the real node with all that runs on it, guests included, as at a power cut: no process can end in order. */
export async function cutPower(): Promise<void> {
  const { pid, argv } = JSON.parse(await readFile(join(theLab().folder, 'run', 'real-node.json'), 'utf8')) as { pid: number; argv: string[] };
  // Empty for a zombie process.
  const program = async (): Promise<string | undefined> => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')[0];
  assert.equal(await program(), argv[0], 'the recorded process is the node');
  // The first process of the node's pid namespace is in the group; the kernel ends the others with it.
  process.kill(-pid, 'SIGKILL');
  await until('the node to be off', 20, async () => (await program()) === '');
}

/** Switches it on again; returns when it takes virtual machines. The rest of the lab stays as it is. */
export async function restorePower(): Promise<void> {
  const { name, stateDir } = theLab();
  await execa(process.execPath, [EDGE_VM, 'lab', 'up', '--name', name, '--node', 'real'], { env: { EDGE_VM_STATE_DIR: stateDir } });
}
