import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { assertCause, assertCode } from './harness/cli.js';
import { objectsOf } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';
import { together } from './harness/together.js';

describe('a create that is ended early', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('early');
  });
  after(() => scene.close());
  const itTogether = together();

  itTogether('names the last stage when the time is up, and wait goes on from there', async () => {
    const name = scene.name('silent');
    const run = await scene.run(['create', name, '--register', '-o', 'json', '--timeout', '30s', '--annotation', 'lab.edge-vm.io/fault=silent']);
    const cause = assertCause(run, 4, 'timed-out');
    // The guest agent answers, so the guest has booted. Nothing is known of its set-up.
    assert.equal(run.json().stage, 'booted');
    assert.match(cause.message, /did not reach connected in \d+ s: the last stage reached is booted; engine: /);
    assert.ok(run.seconds > 29, `took ${run.seconds} s of 30`);
    const flag = /edge-vm wait \S+ -n \S+ (--\S+) connected/.exec(cause.hint ?? '')?.[1] ?? 'none';
    assert.ok((await scene.run(['wait', '--help'])).stdout.includes(`${flag} `), `the hint names a flag that wait has: ${cause.hint}`);
    const wait = await scene.run(['wait', name, '-o', 'json', '--timeout', '3s']);
    assertCause(wait, 4, 'timed-out');
    assert.equal(wait.json().stage, 'booted');
    const stage = await scene.run(['wait', name, '-o', 'json', '--timeout', '10s', '--wait-for', 'running']);
    assertCode(stage, 0);
    assert.equal(stage.json().ready, true);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    itTogether(`ends in good order on ${signal}, and the next run goes on`, async () => {
      const name = scene.name('ctrl');
      const run = await scene.start(['create', name, '--register', '-o', 'json'], {
        onStderrLine: (line, { kill }) => {
          if (line.startsWith('applied ')) kill(signal);
        },
      }).done;
      const cause = assertCause(run, 130, 'interrupted');
      assert.match(cause.hint ?? '', /again/);
      const { device, changes } = run.json();
      assert.equal(device.id, name);
      assert.equal(changes.length, 2, 'the applied objects are reported');
      const again = await scene.run(['create', name, '--register', '-o', 'json']);
      assertCode(again, 0);
      assert.deepEqual(again.json().changes.map((change) => change.outcome), ['unchanged', 'unchanged']);
    });
  }

  itTogether('ends on Ctrl-C before anything is applied with nothing applied', async () => {
    const name = scene.name('first');
    const run = await scene.start(['create', name, '--register', '-o', 'json'], {
      onStderrLine: (line, { kill }) => {
        if (line.startsWith('resolve identity')) kill('SIGINT');
      },
    }).done;
    // The signal may come just after a step began. Then that step may be done, and the next run goes on from there.
    assertCause(run, 130, 'interrupted');
    const left = await objectsOf(scene, name);
    assert.equal(left.some((object) => object.startsWith('VirtualMachine/')) && !left.includes(`Secret/${name}-cloud-init`), false, 'no VM without its Secret');
    assertCode(await scene.run(['create', name, '--register', '-o', 'json']), 0);
  });

  itTogether('ends at once when Ctrl-C is pressed twice', async () => {
    const name = scene.name('twice');
    const run = await scene.start(['create', name, '--register', '--annotation', 'lab.edge-vm.io/fault=silent'], {
      onStderrLine: (line, { kill }) => {
        if (!line.startsWith('running ')) return;
        kill('SIGINT');
        kill('SIGINT');
      },
    }).done;
    assertCode(run, 130);
  });

  itTogether('returns with --no-wait as soon as all is applied', async () => {
    const name = scene.name('nowait');
    const run = await scene.run(['create', name, '--register', '--no-wait', '-o', 'json']);
    assertCode(run, 0);
    assert.equal(run.json().stage, 'applied');
    assert.notEqual(await scene.get(kinds.VirtualMachine, name), undefined);
    const waited = await scene.run(['wait', name, '-o', 'json']);
    assertCode(waited, 0);
    assert.equal(waited.json().stage, 'connected');
  });

  itTogether('gives up its delete on Ctrl-C, and the next one finishes', async () => {
    const name = scene.name('del');
    assertCode(await scene.run(['create', name, '--register', '--wait-for', 'running']), 0);
    const run = await scene.start(['delete', name, '-o', 'json'], {
      onStderrLine: (line, { kill }) => {
        // Not at the hint that follows: a second Ctrl-C ends the command at once.
        if (line.startsWith('wait for the VM')) kill('SIGINT');
      },
    }).done;
    assertCause(run, 130, 'interrupted');
    assertCode(await scene.run(['delete', name, '--deregister', '--ignore-not-found']), 0);
    assert.deepEqual((await objectsOf(scene, name)).filter((object) => object.startsWith('VirtualMachine')), []);
  });
});
