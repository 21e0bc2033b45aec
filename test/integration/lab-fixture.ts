import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from './harness/paths.js';
import { LAB_VARIABLE, type Lab } from './harness/lab.js';

// mocha loads this with `--require`: one lab for the whole run. EDGE_VM_TEST_LAB=keep leaves it up and takes it up
// again the next time, which saves its start while tests are being written.
const keep = process.env['EDGE_VM_TEST_LAB'] === 'keep';
const name = 'test';

/** Brings the lab up and tells the tests where it is. */
export async function mochaGlobalSetup(): Promise<void> {
  const stateDir = keep ? join(tmpdir(), `edge-vm-test-${userInfo().uid}`) : await mkdtemp(join(tmpdir(), 'edge-vm-test-'));
  await mkdir(join(stateDir, 'home'), { recursive: true });
  process.env['EDGE_VM_STATE_DIR'] = stateDir;
  try {
    await lab(['up'], { stderr: 'inherit' });
    const variables = JSON.parse(await lab(['env', '--shell', 'json'])) as Lab['variables'];
    const status = JSON.parse(await lab(['status', '-o', 'json'])) as Pick<Lab, 'folder' | 'programs'>;
    const known: Lab = { name, stateDir, folder: status.folder, home: join(stateDir, 'home'), variables, programs: status.programs };
    process.env[LAB_VARIABLE] = JSON.stringify(known);
  } catch (error) {
    await mochaGlobalTeardown();
    throw error;
  }
}

/** Takes the lab down again, devices, disks and keys included. */
export async function mochaGlobalTeardown(): Promise<void> {
  const stateDir = process.env['EDGE_VM_STATE_DIR'];
  if (keep || stateDir === undefined) return;
  await lab(['down'], { stderr: 'inherit' });
  await rm(stateDir, { recursive: true, force: true });
}

async function lab(args: string[], options: { stderr?: 'inherit' } = {}): Promise<string> {
  const { stdout } = await execa(process.execPath, [EDGE_VM, 'lab', ...args, '--name', name], options);
  return stdout;
}
