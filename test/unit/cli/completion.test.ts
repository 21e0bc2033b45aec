import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOG } from '../../../src/cli/run/catalog.js';
import { leaveOut } from '../../helpers/leave-out.js';
import { run } from './helpers/run.js';

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** What bash offers for a line; the last word is being typed. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout: script } = await run(['completion', 'bash']);
  const line = ['edge-vm', ...words].map((word) => `'${word}'`).join(' ');
  const shell = spawnSync('bash', ['--norc', '-c', `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _edge_vm; printf '%s\\n' "\${COMPREPLY[@]}"`], { encoding: 'utf8' });
  assert.equal(shell.stderr, '');
  return shell.stdout.split('\n').filter((word) => word !== '');
}

describe('cli/completion', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`${shell} gets a script it can parse, with every command and flag in it`, async function () {
      const { code, stdout } = await run(['completion', shell]);
      assert.equal(code, 0);
      for (const { name } of CATALOG) assert.ok(stdout.includes(name), name);
      for (const flag of ['register', 'edge-apt-key-fingerprint', 'all-namespaces', 'keep-disk', 'shell']) assert.ok(stdout.includes(flag), flag);
      if (!has(shell)) leaveOut(this, `${shell} is not installed`);
      const folder = mkdtempSync(join(tmpdir(), 'edge-vm-completion-'));
      try {
        writeFileSync(join(folder, 'script'), stdout);
        const parsed = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
        assert.deepEqual([parsed.status, parsed.stderr], [0, '']);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('completes commands, subcommands, flags and their values in bash', async () => {
    assert.deepEqual(await complete('cr'), ['create']);
    assert.deepEqual(await complete('lab', 'st'), ['status']);
    assert.deepEqual(await complete('create', 'gw-01', '--dry'), ['--dry-run']);
    assert.deepEqual(await complete('create', '--template', 'debian'), ['debian-12']);
    assert.deepEqual(await complete('list', '-o', ''), ['table', 'wide', 'json', 'yaml', 'name']);
    assert.deepEqual(await complete('completion', 'z'), ['zsh']);
    assert.deepEqual(await complete('create', '--memory', ''), []);
    assert.ok(!(await complete('list', '--')).includes('--register'));
  });
});
