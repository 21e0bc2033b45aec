import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { createRequest, scenario } from '../../helpers/scenario.js';

describe('the first words of a run', () => {
  it('wait for the first lists, so that what exists is never said to be missing', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest({ wait: true, waitFor: 'running' })));
    scene.events.length = 0;
    // The disks' list comes last.
    const { cluster } = scene;
    const watch = cluster.watch.bind(cluster);
    cluster.watch = async function* late(type, options) {
      if (type.kind === 'DataVolume') await scene.clock.sleep(500, options?.signal);
      yield* watch(type, options);
    } as typeof cluster.watch;
    await scene.clock.run(createDevice(scene.context, createRequest({ wait: true, waitFor: 'booted', timeoutMs: 5_000 })));
    const told = scene.events.flatMap((event) => (event.type === 'waiting' ? [event.message] : []));
    assert.ok(told.every((message) => !message.includes('not made yet')), told.join('; '));
    const disk = scene.events.find((event) => event.type === 'stage' && event.stage === 'disk');
    assert.equal(disk?.type === 'stage' ? disk.detail : undefined, 'the disk is ready');
  });

  it('come without a list that does not', async () => {
    const scene = scenario();
    const { cluster } = scene;
    const watch = cluster.watch.bind(cluster);
    cluster.watch = async function* never(type, options) {
      if (type.kind === 'Event') await scene.clock.sleep(1_000_000, options?.signal);
      yield* watch(type, options);
    } as typeof cluster.watch;
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ wait: true, waitFor: 'running', timeoutMs: 5_000 })));
    assert.equal(result.ready, true);
  });
});
