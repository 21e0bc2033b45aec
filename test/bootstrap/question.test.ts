import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { SCRIPT, scenes } from './scene.js';

describe('aks-bootstrap.sh at a terminal', () => {
  const scene = scenes();

  /** Runs it at a terminal of its own (`script` of util-linux); types the answer when it asks. */
  function answers(args: readonly string[], answer: string, columns = 80): Promise<{ code: number | null; screen: string }> {
    const at = scene();
    const child = spawn('script', ['-qefc', [`stty cols ${columns};`, SCRIPT, ...args].join(' '), '/dev/null'], { env: { ...at.environment(), TERM: 'dumb' }, cwd: at.folder, stdio: 'pipe' });
    at.watch(child);
    let screen = '';
    let typed = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      if (!typed && screen.includes('[y/N]')) {
        typed = true;
        child.stdin.write(answer);
      }
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, screen })));
  }

  it('wraps its messages to the width of the terminal, and not in a pipe', async () => {
    const args = ['--yes', '--node-size', 'Standard_D8ps_v6', '--hub-tier', 'B1'];
    const { screen } = await answers(args, '', 60);
    const lines = screen.replaceAll('\r', '').split('\n');
    assert.deepEqual(lines.filter((line) => line.length > 60), []);
    assert.match(screen.replaceAll(/\s+/g, ' '), /arm64 sizes of Azure have no nested virtualization, so KubeVirt cannot start a VM on them/);
    assert.match((await scene().run(args)).stderr, /^ {2}--node-size Standard_D8ps_v6 .{100,}$/m);
  });

  it('makes all after yes', async () => {
    const { code, screen } = await answers([], 'y\n');
    assert.equal(code, 0, screen);
    assert.match(screen, /in all[^]*Make this\? \[y\/N\]/);
    assert.equal(scene().cloud.clusters.length, 1);
  });

  it('makes nothing after anything else', async () => {
    const { code, screen } = await answers([], '\n');
    assert.equal(code, 130, screen);
    assert.match(screen, /Nothing was changed/);
    assert.equal(scene().cloud.groups.size, 0);
  });

  it('deletes nothing after no', async () => {
    assert.equal((await scene().run(['--yes'])).code, 0);
    const { code, screen } = await answers(['--destroy'], 'n\n');
    assert.equal(code, 130, screen);
    assert.match(screen, /Delete this\? \[y\/N\][^]*Nothing was changed/);
    assert.equal(scene().cloud.clusters.length, 1);
  });
});
