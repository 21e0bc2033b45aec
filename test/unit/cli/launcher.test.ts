import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function node(args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent' } });
  return { code: status, stdout, stderr };
}

describe('bin/edge-vm', function () {
  // Starts a dozen processes, on a machine that may be busy.
  this.timeout(30_000);
  let folder: string;
  let bin: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-bin-'));
    bin = join(folder, 'bin/edge-vm');
    cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('says how to build where there is no build', () => {
    const { code, stderr } = node([bin, 'version']);
    assert.equal(code, 3);
    assert.match(stderr, /^error: edge-vm is not built yet\nhint: {2}in .* run: npm ci && npm run build\n$/);
  });

  it('says which Node.js it needs', () => {
    const preload = join(folder, 'old.cjs');
    for (const [version, fits] of [['18.20.8', false], ['20.18.3', false], ['20.19.0', true], ['21.7.3', false], ['22.11.0', false], ['22.12.0', true], ['24.0.0', true]] as const) {
      writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`);
      const { code, stderr } = node(['-r', preload, bin, 'version']);
      assert.equal(code, 3);
      assert.match(stderr, fits ? /^error: edge-vm is not built yet/ : /^error: edge-vm needs Node\.js 20\.19, 22\.12 or newer; this is v/, version);
    }
  });

  describe('with a bundle', () => {
    before(() => {
      mkdirSync(join(folder, 'dist'));
      cpSync(join(root, 'dist/cli'), join(folder, 'dist/cli'), { recursive: true });
    });

    it('runs it, and gives its exit code', () => {
      assert.match(node([bin, 'version']).stdout, /^edge-vm \d/);
      const wrong = node([bin, 'create', '--frob']);
      assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
      assert.match(wrong.stderr, /--frob: unknown flag/);
    });

    it('loads ES modules that are installed beside it, out of the code cache as well', () => {
      const lab = join(folder, 'node_modules/@edge-vm/lab');
      mkdirSync(lab, { recursive: true });
      writeFileSync(join(lab, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
      writeFileSync(join(lab, 'index.js'), "export const labStatus = async () => ({ name: 'stand-in' });");
      const { code, stdout, stderr } = node([bin, 'lab', 'status', '-o', 'json']);
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(JSON.parse(stdout), { name: 'stand-in' });
    });

    it('loads what lies beside the bundle, with and without the code cache, even a spoilt one', () => {
      const cache = join(folder, 'dist/cli/edge-vm.cjs.v8');
      const spoil = [() => undefined, () => writeFileSync(cache, 'not a cache'), () => rmSync(cache)];
      for (const change of spoil) {
        change();
        // The kubeconfig is read by the Kubernetes client, which is a file of its own.
        const { code, stderr } = node([bin, 'list', '--kubeconfig', '/no/such/file']);
        assert.equal(code, 3, stderr);
        assert.match(stderr, /^error: .*\/no\/such\/file/);
        assert.doesNotMatch(stderr, /Warning/);
      }
    });

    it('ends with one line and exit code 1 where standard output takes nothing', function () {
      if (!existsSync('/dev/full')) {
        console.error('      skipped: this system has no /dev/full');
        this.skip();
      }
      const full = openSync('/dev/full', 'w');
      for (const args of [['version'], ['--help'], ['completion', 'bash']]) {
        const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
        assert.deepEqual([status, stderr], [1, 'error: cannot write to standard output (ENOSPC)\n'], args.join(' '));
      }
      // Words that nobody can read change nothing of the end.
      assert.equal(spawnSync(process.execPath, [bin, 'create', '--frob'], { stdio: ['ignore', 'ignore', full] }).status, 2);
      closeSync(full);
    });

    it('does not complain of a pipe that was closed early', () => {
      const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${bin}" completion bash | true`], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });

    it('shows of an error that nothing catches one line, not the bundle', () => {
      const preload = join(folder, 'throws.cjs');
      writeFileSync(preload, "setImmediate(() => { throw new Error('out of place SharedAccessKey=' + 'A'.repeat(43) + '='); });");
      const { code, stderr } = node(['-r', preload, bin, 'version']);
      assert.deepEqual([code, stderr], [1, 'error: out of place SharedAccessKey=[secret]\n']);
    });

    it('is kubectl\'s plugin under that name', () => {
      const plugin = join(folder, 'kubectl-edge_vm');
      symlinkSync(bin, plugin);
      assert.match(node([plugin, 'list', '--help']).stdout, /^Usage: kubectl edge-vm list/);
    });
  });
});
