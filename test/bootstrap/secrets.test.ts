import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertCode, scenes, type Run, type Scene } from './scene.js';

const TOOLS = ['awk', 'cat', 'cksum', 'cut', 'date', 'dirname', 'grep', 'head', 'mkdir', 'mktemp', 'paste', 'rm', 'sed', 'sleep', 'sort', 'tr'];

describe('aks-bootstrap.sh and the key of the hub', () => {
  const scene = scenes();

  /** Puts programs before the system's own that write down their arguments; gives the path and the list. */
  function watched(at: Scene): { path: string; seen: () => string } {
    const folder = join(at.folder, 'watched');
    const log = join(at.folder, 'arguments');
    mkdirSync(folder);
    writeFileSync(log, '');
    for (const tool of TOOLS) {
      const real = execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
      writeFileSync(join(folder, tool), `#!/bin/sh\nprintf '%s ' ${tool} "$@" >>'${log}'\nexec ${real} "$@"\n`);
      chmodSync(join(folder, tool), 0o755);
    }
    return { path: `${at.bin}:${folder}:/usr/bin:/bin`, seen: () => readFileSync(log, 'utf8') };
  }

  function assertNowhere(at: Scene, run: Run, seen: string): void {
    const key = at.cloud.newKey();
    for (const { program, args } of run.calls) assert.ok(!args.join(' ').includes(key), `an argument of ${program}`);
    assert.ok(!seen.includes(key), 'an argument of a system program');
    assert.ok(!`${run.stdout}${run.stderr}`.includes(key), `the output:\n${run.stdout}${run.stderr}`);
    for (const { path, text } of at.files()) assert.ok(!text.includes(key), path);
    for (const { program, credential } of run.calls) if (program !== 'edge-vm') assert.equal(credential, '', `the environment of ${program}`);
  }

  it('shows it in no argument, no output, no file, and in the environment of edge-vm alone', async () => {
    const { path, seen } = watched(scene());
    const run = await scene().run(['--yes'], { env: { PATH: path } });
    assertCode(run, 0);
    assert.ok(run.calls.some(({ program, credential }) => program === 'edge-vm' && credential.includes(scene().cloud.newKey())), 'the key was used');
    assert.ok(seen().includes('awk '), 'the arguments were seen');
    assertNowhere(scene(), run, seen());
  });

  it('leaves it in no file when it is killed with the key in hand, and shows it in no message', async () => {
    const whole = await scene().run(['--yes', '--hub', 'hub-of-the-test']);
    const at = whole.calls.findIndex(({ program }) => program === 'edge-vm');
    assertNowhere(scene(), await scene().run(['--yes', '--hub', 'hub-of-the-test'], { fault: { at: at - 8, kind: 'kill-before' } }), '');
    scene().answers.set('edge-vm create', { code: 5, stdout: '', stderr: 'error: no\n' });
    const failed = await scene().run(['--yes', '--hub', 'hub-of-the-test']);
    assertCode(failed, 5);
    assertNowhere(scene(), failed, '');
  });

  it('traces nothing of it with bash -x', async () => {
    const run = await scene().run(['--yes'], { env: { SHELLOPTS: 'xtrace' } });
    assertCode(run, 0);
    assert.match(run.stderr, /tracing is off from here on/);
    assertNowhere(scene(), run, '');
  });
});
