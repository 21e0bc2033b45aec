import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BLOCK_FAILED, blockFile, outputFile, pageScript, PROGRESS } from '../../docs/page-script.js';
import type { Step } from '../../docs/steps.js';

const run = (text: string, exit = 0): Step => ({ kind: 'run', text, line: 1, exit });

describe('script of a page', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-script-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Exit code, the last line of the progress, and the output of the last block. */
  function result(...steps: Step[]): { code: number | null; last: string; output: string } {
    for (const [index, { text }] of steps.entries()) writeFileSync(join(folder, blockFile(index)), text);
    writeFileSync(join(folder, 'page.sh'), pageScript(steps, folder));
    const { status: code } = spawnSync('bash', ['--norc', '--noprofile', join(folder, 'page.sh')], { cwd: folder });
    const last = readFileSync(join(folder, PROGRESS), 'utf8').trim().split('\n').at(-1)!;
    return { code, last, output: readFileSync(join(folder, outputFile(Number(last.split(' ')[0]))), 'utf8') };
  }

  it('keeps variables and functions from block to block, and leaves others out', () => {
    const { code, output } = result(
      run('name=gw\nhello() { echo "hello $1"; }\n'), { kind: 'not run', text: 'false\n', line: 1, reason: 'x' },
      { kind: 'file', name: 'a/b.txt', text: 'text\n', line: 1 }, { kind: 'setup', text: 'export MORE=more\n', line: 1 }, run('hello "$name"; echo $MORE; cat a/b.txt\n'),
    );
    assert.equal(code, 0);
    assert.equal(output, 'hello gw\nmore\ntext\n');
  });

  for (const [text, failure] of [
    ['true\nfalse\ntrue\n', '0 2 1 false'], ['true | sh -c "exit 3" | cat\n', '0 1 3 '], ['x="$(exit 4)"\n', '0 1 4 x="$(exit 4)"'],
    ['nowhere-is-this\n', '0 1 127 nowhere-is-this'], ['f() { return 7; }\nf\n', '0 2 7 '],
  ] as const) {
    it(`ends at the command that fails: ${JSON.stringify(text)}`, () => {
      const { code, last } = result(run(text), run('true\n'));
      assert.equal(code, BLOCK_FAILED);
      assert.ok(last.startsWith(failure), last);
    });
  }

  it('goes on after a failure that the block handles, and after a pipe that `head` ends', () => {
    assert.equal(result(run('false || true\nif false; then :; fi\nyes | head -1\n! false\n')).code, 0);
  });

  it('wants the exit code that the page names from at least one command, and no other', () => {
    assert.equal(result(run('(exit 5)\ntrue\n(exit 5)\n', 5), run('true\n')).code, 0);
    assert.match(result(run('true\n', 5)).last, /no command ended with exit code 5/);
    assert.match(result(run('(exit 5)\n(exit 4)\n', 5)).last, /^0 2 4 /);
    assert.match(result(run('(exit 5)\n', 5), run('(exit 5)\n')).last, /^1 1 5 /);
  });
});
