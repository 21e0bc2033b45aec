import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import type { Stage } from '../../../src/readiness/types.js';
import { waitDevice } from '../../../src/provision/wait.js';
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

  it('claim nothing of what was not read when the time is up', async () => {
    // [what is slow, the stage that is awaited, what is said of it]
    const cases: [slow: string, waitFor: Stage, timeoutMs: number, said: RegExp][] = [
      ['all', 'running', 1_000, /^gw-01 may have reached running, but 1 s were too short to look at all of it: the last stage seen is applied; disk: DataVolume gw-01-root was not read yet$/],
      ['DataVolume, VirtualMachineInstance', 'running', 5_000, /seen is applied; disk: DataVolume gw-01-root was not read yet$/],
      ['VirtualMachineInstance', 'running', 5_000, /seen is disk; scheduled: the instance was not read yet$/],
      ['Pod', 'booted', 5_000, /seen is running; booted: the guest boots; the console was not read yet$/],
      ['logs', 'booted', 5_000, /seen is running; booted: the guest boots; the console was not read yet$/],
    ];
    for (const [slow, waitFor, timeoutMs, said] of cases) {
      const scene = scenario();
      await scene.clock.run(createDevice(scene.context, createRequest({ wait: true, waitFor: 'running' })));
      const { cluster } = scene;
      const { hub: _hub, ...context } = scene.context;
      const [watch, logs] = [cluster.watch.bind(cluster), cluster.logs.bind(cluster)];
      cluster.watch = async function* late(type, options) {
        if (slow === 'all' || slow.includes(type.kind)) await scene.clock.sleep(1_000_000, options?.signal);
        yield* watch(type, options);
      } as typeof cluster.watch;
      cluster.logs = async function* late(options) {
        if (slow === 'logs') await scene.clock.sleep(1_000_000, options.signal);
        yield* logs(options);
      } as typeof cluster.logs;
      const { cause, conditions, unread } = await scene.clock.run(waitDevice(context, { name: 'gw-01', namespace: 'edge', waitFor, timeoutMs }));
      assert.equal(cause?.code, 'timed-out', slow);
      assert.equal(unread, true, slow);
      assert.match(cause.message, said, `${slow}: ${cause.message}`);
      assert.match(cause.hint ?? '', /wait again, for longer/);
      // The instance has no guest agent, and nobody had to read more to see that.
      const claimed = conditions.filter(({ status, type }) => status === 'False' && type !== 'GuestAgentConnected');
      assert.deepEqual(claimed, [], `${slow}: ${JSON.stringify(claimed)}`);
    }
  });

  it('a time that is up with everything read is no lack of reading', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest({ wait: false })));
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'virt-api', (vm) => void Object.assign(vm['spec'] as object, { runStrategy: 'Halted' }));
    const result = await scene.clock.run(waitDevice(scene.context, { name: 'gw-01', namespace: 'edge', waitFor: 'deployed', timeoutMs: 60_000 }));
    assert.deepEqual([result.cause === undefined, result.unread], [false, undefined]);
  });
});
