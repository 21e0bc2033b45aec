import assert from 'node:assert/strict';
import { CATALOG } from '../../../src/cli/run/catalog.js';
import { DEVICE_FLAGS } from '../../../src/cli/flags/device-flags.js';
import { run } from './helpers/run.js';

const leaves = [...CATALOG.map(({ name }) => [name]), ...['up', 'env', 'status', 'tools', 'down'].map((name) => ['lab', name])];

describe('cli/help', () => {
  it('lists every command on the first page, on stdout, with success', async () => {
    for (const args of [[], ['--help'], ['help']]) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      for (const { name, summary } of CATALOG) assert.match(stdout, new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
    }
  });

  for (const path of leaves) {
    it(`${path.join(' ')} --help fits in 80 columns and says how to use it`, async () => {
      const { code, stdout } = await run([...path, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: edge-vm ${path.join(' ')}`));
      assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), []);
      assert.match(stdout, /-h, --help +this text/);
    });
  }

  it('has each shell on a line of its own', async () => {
    const { stdout } = await run(['completion', '--help'], { programName: 'kubectl edge-vm' });
    for (const line of ['Bash:  source <(kubectl edge-vm completion bash)', 'Zsh:   source <(kubectl edge-vm completion zsh)', 'Fish:  kubectl edge-vm completion fish | source']) assert.ok(stdout.includes(`\n  ${line}\n`), stdout);
  });

  it('gives the help of a command in both orders', async () => {
    assert.equal((await run(['help', 'create'])).stdout, (await run(['create', '--help'])).stdout);
  });

  it('lab alone shows its commands and succeeds', async () => {
    const { code, stdout } = await run(['lab']);
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}down +Stop the lab/m);
  });

  it('shows the usual flags of create before the advanced ones, and all of them', async () => {
    const { stdout } = await run(['create', '--help']);
    const headings = [...stdout.matchAll(/^(\S.*):$/gm)].map((match) => match[1]);
    assert.deepEqual(headings.slice(0, 6), ['Examples', 'Arguments', 'Identity (exactly one)', 'What to do', 'Waiting', 'Machine']);
    assert.ok(headings.indexOf('Output') < headings.indexOf('Package sources'), headings.join(', '));
    for (const flag of DEVICE_FLAGS.flatMap(([, flags]) => flags)) assert.ok(stdout.includes(`  ${flag.flags} `), flag.flags);
  });

  it('speaks of itself by the name it was called by', async () => {
    const { stdout } = await run(['create', '--help'], { programName: 'kubectl edge-vm' });
    assert.match(stdout, /^Usage: kubectl edge-vm create/);
    assert.match(stdout, /^ {2}kubectl edge-vm create gw-01 --register$/m);
    assert.doesNotMatch(stdout, /^ {2}edge-vm/m);
  });

  it('is plain in a pipe and with NO_COLOR, and bold on a terminal', async () => {
    const escape = '\u001B[';
    assert.ok(!(await run(['--help'])).stdout.includes(escape));
    assert.ok(!(await run(['--help'], { columns: 80, env: { NO_COLOR: '1' } })).stdout.includes(escape));
    assert.ok((await run(['--help'], { columns: 80 })).stdout.includes(escape));
  });
});
