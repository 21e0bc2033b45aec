import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = join(dirname(fileURLToPath(import.meta.url)), '../../../../scripts');

/** A checkout with nothing but the script: its packages are installed, and Go and edge-vm only record their calls. */
describe('scripts/lab-setup.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-lab-setup-'));
    for (const name of ['scripts', 'bin', 'programs', 'node_modules']) mkdirSync(join(folder, name));
    for (const name of ['lab-setup.sh', 'lib.sh', 'messages.sh']) copyFileSync(join(scripts, name), join(folder, 'scripts', name));
    writeFileSync(join(folder, 'scripts', 'build.mjs'), '');
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    writeFileSync(join(folder, 'node_modules', '.edge-vm-lock'), '{}');
    program('programs/go', 'echo go1.25.0');
    program('bin/edge-vm', `echo "\${EDGE_VM_LAB_SETUP-} $*" >>'${join(folder, 'calls')}'`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(path: string, text: string): void {
    writeFileSync(join(folder, path), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, path), 0o755);
  }

  function run(...args: string[]): { status: number | null; stdout: string; stderr: string; calls: string[] } {
    const { status, stdout, stderr } = spawnSync(join(folder, 'scripts', 'lab-setup.sh'), args, { encoding: 'utf8', env: { PATH: [join(folder, 'programs'), dirname(process.execPath), process.env['PATH']].join(delimiter) } });
    const calls = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n') : [];
    return { status, stdout, stderr, calls };
  }

  it('prints its help and does nothing else, wherever the flag stands', () => {
    for (const args of [['--help'], ['-h'], ['gw-02', '--help']]) {
      const { status, stdout, stderr, calls } = run(...args);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^Usage: scripts\/lab-setup\.sh \[DEVICE\]\n/);
      assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), []);
      assert.equal(stderr, '');
      assert.deepEqual(calls, []);
    }
  });

  it('refuses flags, names and arguments that it does not know, before the first step', () => {
    for (const [args, words] of [[['--cold'], /unknown flag --cold$/m], [['--hlep'], /did you mean --help\?/], [['Gw_1'], /begins with a letter.*got 'Gw_1'/], [[''], /got ''/], [['a', 'b'], /at most, got 'a' and 'b'/]] as const) {
      const { status, stderr, calls } = run(...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /==>/);
      assert.deepEqual(calls, []);
    }
  });

  it('creates the device of the name that it is given, else gw-01', () => {
    for (const [args, name] of [[[], 'gw-01'], [['gw-07'], 'gw-07']] as const) {
      rmSync(join(folder, 'calls'), { force: true });
      const { status, stderr, calls } = run(...args);
      assert.equal(status, 0, stderr);
      // The variable keeps what `lab up` and `create` say to do next out of the script.
      assert.deepEqual(calls, ['true lab up', ' lab env', `true create ${name} --register --template ubuntu-24.04`]);
      assert.equal(stderr.match(/try next/gi)?.length, 1, stderr);
    }
  });
});
