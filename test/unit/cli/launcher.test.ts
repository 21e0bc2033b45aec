import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaveOut } from '../../helpers/leave-out.js';

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
    writeFileSync(preload, "Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } });");
    const { code, stderr } = node(['-r', preload, bin, 'version']);
    assert.equal(code, 3);
    assert.match(stderr, /^error: edge-vm needs Node\.js 20\.19 or newer; this is v/);
  });

  describe('with a bundle', () => {
    before(function () {
      if (!existsSync(join(root, 'dist/cli/edge-vm.cjs'))) leaveOut(this, 'edge-vm is not built');
      mkdirSync(join(folder, 'dist'));
      cpSync(join(root, 'dist/cli'), join(folder, 'dist/cli'), { recursive: true });
    });

    it('runs it, and gives its exit code', () => {
      assert.match(node([bin, 'version']).stdout, /^edge-vm \d/);
      const wrong = node([bin, 'create', '--frob']);
      assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
      assert.match(wrong.stderr, /--frob: unknown flag/);
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

    it('loads of Node only what the command line needs', () => {
      const preload = join(folder, 'modules.cjs');
      writeFileSync(preload, "process.on('exit', () => console.error(process.moduleLoadList.join('\\n')));");
      const slow = ['fs/promises', 'net', 'os', 'internal/fs/streams'];
      for (const [args, late] of [[['version'], ['crypto', ...slow]], [['render', 'gw', '--hub', 'contoso', '--secret=placeholder'], slow]] as const) {
        // Output to files: Node needs net itself for a pipe.
        const file = join(folder, 'modules');
        const out = openSync(file, 'w');
        const { status } = spawnSync(process.execPath, ['-r', preload, bin, ...args], { stdio: ['ignore', 'ignore', out] });
        closeSync(out);
        const loaded = new Set(readFileSync(file, 'utf8').split('\n'));
        assert.equal(status, 0);
        assert.ok(loaded.has('NativeModule vm') && loaded.has('NativeModule stream'), 'the list of modules is read wrongly');
        assert.deepEqual(late.filter((name) => loaded.has(`NativeModule ${name}`)), [], args[0]);
      }
    });

    it('is kubectl\'s plugin under that name', () => {
      const plugin = join(folder, 'kubectl-edge_vm');
      symlinkSync(bin, plugin);
      assert.match(node([plugin, 'list', '--help']).stdout, /^Usage: kubectl edge-vm list/);
    });
  });
});
