import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { listDevices } from '../../../src/provision/list.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { waitDevice } from '../../../src/provision/wait.js';
import { addNode, launcher, setNode } from '../../helpers/lost-node.js';
import { createRequest, scenario, type Scenario } from '../../helpers/scenario.js';
import { configuredRecord } from '../../helpers/stage-record.js';

const about = { name: 'gw-01', namespace: 'edge' };

/** A device that reported half a minute ago, and whose agent answers. */
async function up(): Promise<Scenario> {
  const scene = scenario();
  addNode(scene);
  await scene.clock.run(createDevice(scene.context, createRequest()));
  scene.cluster.logStore.write(launcher(scene), 'noise', configuredRecord());
  await scene.clock.advance(5_000);
  scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1 }, scene.clock.iso());
  scene.hub.answering.add('gw-01');
  await scene.clock.advance(30_000);
  return scene;
}

async function lose(scene: Scenario): Promise<void> {
  setNode(scene, 'lost');
  scene.hub.answering.delete('gw-01');
  await scene.clock.advance(1_000);
}

describe('a device whose node is lost', () => {
  it('is shown by status with its cause, without a request to the node for the console, and is ready again when the node is back', async () => {
    const scene = await up();
    assert.equal((await scene.clock.run(getStatus(scene.context, about))).ready, true);
    await lose(scene);
    scene.cluster.calls.length = 0;
    const lost = await scene.clock.run(getStatus(scene.context, about));
    assert.deepEqual([lost.ready, lost.stage, lost.cause?.code], [false, 'scheduled', 'node-unreachable']);
    assert.equal(lost.conditions.find(({ type }) => type === 'Running')?.reason, 'NodeUnreachable');
    assert.ok(!scene.cluster.calls.some(({ verb }) => verb === 'logs'), 'a log would come from that node');
    setNode(scene, 'back');
    scene.hub.answering.add('gw-01');
    assert.equal((await scene.clock.run(getStatus(scene.context, about))).ready, true);
  });

  it('is shown if nodes may not be read, without a warning about that right', async () => {
    const scene = await up();
    scene.cluster.forbidden.add('get nodes');
    await lose(scene);
    const lost = await scene.clock.run(getStatus(scene.context, about));
    assert.deepEqual([lost.ready, lost.cause?.code, lost.warnings], [false, 'node-unreachable', []]);
    assert.equal(lost.conditions.find(({ type }) => type === 'Running')?.reason, 'NodeNotReady');
  });

  it('is not ready in a list, whatever it reported a moment before', async () => {
    const scene = await up();
    const [before] = await scene.clock.run(listDevices(scene.context));
    await lose(scene);
    const [after] = await scene.clock.run(listDevices(scene.context));
    assert.deepEqual([before?.ready, after?.ready, after?.stage], [true, false, 'scheduled']);
  });

  for (const mayRead of [true, false]) {
    it(`is waited for until it is back (nodes ${mayRead ? 'may' : 'may not'} be read)`, async () => {
      const scene = await up();
      // The fake has one word for a list and the watch that it begins.
      if (mayRead) scene.cluster.forbidden.delete('list nodes');
      else scene.cluster.forbidden.add('watch nodes');
      await lose(scene);
      const waiting = waitDevice(scene.context, { ...about, waitFor: 'connected', timeoutMs: 600_000 });
      await scene.clock.advance(120_000);
      const told = scene.events.flatMap((event) => (event.type === 'waiting' ? [event.message] : []));
      assert.match(told.at(-1) ?? '', mayRead ? /^node node-1 does not answer since / : /^node node-1 does not answer, or is not ready since /);
      setNode(scene, 'back');
      scene.hub.answering.add('gw-01');
      const result = await scene.clock.run(waiting);
      assert.deepEqual([result.ready, result.cause], [true, undefined]);
      assert.ok(!result.warnings.some((line) => line.includes('nodes')), 'nobody is bothered with a right that is not needed');
    });
  }

  it('that does not come back in time is a time-out that says what can be done', async () => {
    const scene = await up();
    await lose(scene);
    const result = await scene.clock.run(waitDevice(scene.context, { ...about, waitFor: 'connected', timeoutMs: 60_000 }));
    assert.equal(result.cause?.code, 'timed-out');
    assert.match(result.cause.message, /running: node node-1 does not answer/);
    assert.match(hintOf(result.cause, 'edge-vm') ?? '', /kubectl delete node node-1.*edge-vm wait gw-01/);
  });

  it('and has just been lost does not keep status waiting for its console', async () => {
    const scene = await up();
    scene.hub.answering.delete('gw-01');
    scene.cluster.logs = async function* hang({ signal }) {
      await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
      yield '';
    };
    const result = await scene.clock.run(getStatus(scene.context, about));
    assert.equal(result.ready, false, 'the hub was asked: nobody answers');
    assert.match(result.warnings.join(), /cannot read the guest’s console: the node did not answer in 4 s/);
  });
});
