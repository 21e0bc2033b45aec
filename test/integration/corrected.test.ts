import assert from 'node:assert/strict';
import { assertCause, assertCode, type CliResult } from './harness/cli.js';
import { openScene, type Scene } from './harness/scene.js';

interface Correction {
  title: string;
  wrong: string[];
  code: string;
  right: string[];
}

const corrections: Correction[] = [
  { title: 'no node was large enough', wrong: ['--memory', '900Gi'], code: 'unschedulable', right: ['--memory', '2Gi'] },
  { title: 'the image could not be imported', wrong: ['--image', 'docker://registry.invalid/ubuntu:24.04'], code: 'import-failed', right: ['--image', 'docker://quay.io/containerdisks/ubuntu:24.04'] },
];

describe('a device that never was ready, after its settings were corrected', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('correct');
  });
  after(() => scene.close());

  for (const { title, wrong, code, right } of corrections) {
    it(`becomes ready with the same create: ${title}`, async () => {
      const name = scene.name('gw');
      assertCause(await scene.run(['create', name, '--register', '-o', 'json', '--timeout', '3m', ...wrong]), 5, code);
      const again = await scene.run(['create', name, '--register', '-o', 'json', '--timeout', '2m', ...right]);
      assertCode(again, 0);
      const result = again.json();
      assert.equal(result.ready, true);
      assert.ok(result.changes.some(({ kind, outcome }) => outcome === 'deleted' && /Instance|DataVolume/.test(kind)), JSON.stringify(result.changes));
      assert.deepEqual(result.warnings.filter((text) => /restart|stays as it is/.test(text)), []);
    });
  }

  it('becomes ready with the command of the hint: its guest was set up with a version that does not exist', async () => {
    const name = scene.name('gw');
    const create = (version: string): Promise<CliResult> => scene.run(['create', name, '--register', '-o', 'json', '--timeout', '3m', '--yes', '--edge-version', version, '--identity-service-version', version]);
    assertCause(await create('1.6.99-1'), 5, 'guest-step-failed');
    const { hint = '', message } = assertCause(await create('1.6.0-1'), 5, 'old-settings');
    assert.match(message, /still has the settings of its first boot, and fails with them: .*1\.6\.99-1/);
    const command = /: edge-vm (set .*)$/.exec(hint)?.[1];
    assert.ok(command !== undefined, hint);
    const renewed = await scene.run([...command.split(' '), '-o', 'json', '--timeout', '2m']);
    assertCode(renewed, 0);
    assert.equal(renewed.json().ready, true);
    assert.equal((await scene.run(['status', name])).code, 0);
  });

  it('is restarted by restart, and followed to the new instance’s connection', async () => {
    const name = scene.name('gw');
    assertCode(await scene.run(['create', name, '--register', '-o', 'json', '--timeout', '2m']), 0);
    const before = await scene.run(['restart', name, '-o', 'json', '--timeout', '2m']);
    assertCode(before, 0);
    assert.ok((before.json().seconds as Record<string, number>)['running'] !== undefined, 'the new instance was seen to run');
    const stopped = await scene.run(['restart', scene.name('nobody')]);
    assert.equal(stopped.code, 3);
  });
});
