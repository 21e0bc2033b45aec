import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { EDGE_VM } from './paths.js';
import { LAB_VARIABLE, type Lab } from './lab.js';

export interface FixtureOptions {
  /** Name of the lab. */
  name: string;
  /** Besides `lab up --name NAME`. */
  flags?: readonly string[];
  /** Have the real helm too. */
  helm?: boolean;
  /** Runs before the lab comes up. */
  first?: () => Promise<void>;
}

/** mocha's global fixtures. */
export interface LabFixture {
  /** Brings the lab up, and sets the variable with which the tests find it. */
  mochaGlobalSetup: () => Promise<void>;
  /** Takes the lab down again, devices, disks and keys included. */
  mochaGlobalTeardown: () => Promise<void>;
}

/**
 * One lab for a whole run of mocha. With EDGE_VM_TEST_LAB=keep it stays up, and the next run uses it again. This saves the
 * start of the lab for people who write tests.
 */
export function labFixture({ name, flags = [], helm = false, first }: FixtureOptions): LabFixture {
  const keep = process.env['EDGE_VM_TEST_LAB'] === 'keep';

  async function lab(args: readonly string[], options: { stderr?: 'inherit' } = {}): Promise<string> {
    const { stdout } = await execa(process.execPath, [EDGE_VM, 'lab', ...args, '--name', name], options);
    return stdout;
  }

  async function mochaGlobalTeardown(): Promise<void> {
    const stateDir = process.env['EDGE_VM_STATE_DIR'];
    if (keep || stateDir === undefined) return;
    await lab(['down'], { stderr: 'inherit' });
    await rm(stateDir, { recursive: true, force: true });
  }

  async function mochaGlobalSetup(): Promise<void> {
    const stateDir = keep ? join(tmpdir(), `edge-vm-${name}-${userInfo().uid}`) : await mkdtemp(join(tmpdir(), `edge-vm-${name}-`));
    await mkdir(join(stateDir, 'home'), { recursive: true });
    process.env['EDGE_VM_STATE_DIR'] = stateDir;
    try {
      await first?.();
      await lab(['up', ...flags], { stderr: 'inherit' });
      const variables = JSON.parse(await lab(['env', '--shell', 'json'])) as Lab['variables'];
      const status = JSON.parse(await lab(['status', '-o', 'json'])) as Pick<Lab, 'folder'>;
      const { stdout: tools } = await execa(process.execPath, [EDGE_VM, 'lab', 'tools', ...(helm ? ['--helm'] : [])], { stderr: 'inherit' });
      const [programs, helmFolder] = tools.split(delimiter) as [string, string?];
      const known: Lab = { name, stateDir, folder: status.folder, home: join(stateDir, 'home'), variables, programs, ...(helmFolder === undefined ? {} : { helm: helmFolder }) };
      process.env[LAB_VARIABLE] = JSON.stringify(known);
    } catch (error) {
      await mochaGlobalTeardown();
      throw error;
    }
  }

  return { mochaGlobalSetup, mochaGlobalTeardown };
}
