import assert from 'node:assert/strict';
import { followDevice, type FollowOptions } from '../../../src/readiness/follow.js';
import type { FollowOutcome } from '../../../src/readiness/result.js';
import type { ProvisionContext, Stage } from '../../../src/readiness/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { dataVolume, vm } from '../../helpers/observations.js';
import { scenario, type Scenario } from '../../helpers/scenario.js';
import { configuredRecord, stageRecord } from '../../helpers/stage-record.js';

function options(scene: Scenario, change: Partial<FollowOptions> = {}): FollowOptions {
  return { name: 'gw-01', namespace: 'edge', waitFor: 'connected', timeoutMs: 300_000, startedAt: scene.clock.now(), device: { hub: 'hub.example.net', id: 'gw-01' }, random: () => 0.5, ...change };
}

/** A VM whose instance runs at once; the Secret is there. */
function running(hub = true): Scenario {
  const scene = scenario({ hub });
  scene.hub.register('gw-01');
  scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gw-01-cloud-init', namespace: 'edge' } }, new Map());
  scene.cluster.store.put({ ...vm(), metadata: { name: 'gw-01', namespace: 'edge', annotations: { 'edge-vm.io/hub': 'hub.example.net', 'edge-vm.io/device-id': 'gw-01' } } }, new Map());
  return scene;
}

const launcher = (scene: Scenario): string => scene.cluster.store.all().find((object) => object.kind === 'Pod')!.metadata.name;
const stages = (scene: Scenario): Stage[] => scene.events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []));
const waiting = (scene: Scenario): string[] => scene.events.flatMap((event) => (event.type === 'waiting' ? [event.message] : []));

async function quiet(scene: Scenario, following: Promise<FollowOutcome>): Promise<FollowOutcome> {
  const outcome = await scene.clock.run(following);
  await ManualClock.settle();
  assert.equal(scene.clock.sleeping, 0, 'no timer is left behind');
  return outcome;
}

describe('followDevice', () => {
  it('follows the stages by console and twin, reports each stage once, and times them', async () => {
    const scene = running();
    scene.cluster.logStore.write(launcher(scene), 'boot noise');
    const following = followDevice(scene.context, options(scene));
    await scene.clock.advance(4000);
    scene.cluster.logStore.write(launcher(scene), stageRecord({ seq: 1, stage: 'engine' }));
    await scene.clock.advance(6000);
    scene.cluster.logStore.write(launcher(scene), configuredRecord());
    await scene.clock.advance(3000);
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1 }, scene.clock.iso());
    const outcome = await quiet(scene, following);
    assert.equal(outcome.cause, undefined);
    assert.deepEqual(stages(scene).filter((stage) => stage !== 'identity'), ['applied', 'disk', 'scheduled', 'running', 'booted', 'engine', 'runtime', 'configured', 'connected']);
    assert.equal(outcome.seconds.running, 0);
    assert.equal(outcome.seconds.booted, 4);
    assert.equal(outcome.seconds.configured, 10);
    assert.ok(outcome.seconds.connected! >= 13 && outcome.seconds.connected! <= 14.1, String(outcome.seconds.connected));
  });

  it('reports the import’s progress, and polls no hub in that time', async () => {
    const scene = scenario({ kubevirt: false });
    scene.cluster.store.put({ ...vm(), metadata: { name: 'gw-01', namespace: 'edge', uid: 'vm-1' } }, new Map());
    const following = followDevice(scene.context, options(scene, { waitFor: 'disk' }));
    for (const progress of ['10%', '50%']) {
      await scene.clock.advance(2000);
      scene.cluster.store.put(dataVolume('ImportInProgress', { progress }), new Map());
    }
    await scene.clock.advance(2000);
    scene.cluster.store.put(dataVolume('Succeeded'), new Map());
    assert.equal((await quiet(scene, following)).cause, undefined);
    assert.deepEqual(waiting(scene).filter((message) => message.startsWith('import')), ['import of gw-01-root 10%', 'import of gw-01-root 50%']);
    assert.deepEqual(scene.hub.calls, []);
  });

  it('ends at a terminal failure once it has lasted, long before the time runs out', async () => {
    const scene = scenario({ kubevirt: { instance: 'Scheduling' } });
    scene.cluster.store.put({ ...vm(), metadata: { name: 'gw-01', namespace: 'edge' } }, new Map());
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gw-01-cloud-init', namespace: 'edge' } }, new Map());
    const started = scene.clock.now();
    const following = followDevice(scene.context, options(scene));
    await ManualClock.settle();
    scene.cluster.edit('Pod', 'edge', launcher(scene), 'scheduler', (pod) => {
      pod.status = { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' }] };
    });
    const outcome = await quiet(scene, following);
    assert.equal(outcome.cause?.code, 'unschedulable');
    assert.equal(scene.clock.now() - started, 15_000);
  });

  it('takes the old lines of the console as one state: a failure that was repaired since ends nothing', async () => {
    const scene = running();
    scene.cluster.logStore.write(launcher(scene),
      stageRecord({ seq: 1, stage: 'engine' }),
      stageRecord({ seq: 2, stage: 'runtime', state: 'failed', attempt: 5, code: 'package-not-found' }),
      configuredRecord());
    const following = followDevice(scene.context, options(scene));
    await scene.clock.advance(1000);
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1 }, scene.clock.iso());
    const { cause } = await quiet(scene, following);
    assert.equal(cause, undefined);
    assert.deepEqual(waiting(scene).filter((message) => message.startsWith('guest:')), []);
  });

  it('finds out that the Secret is missing', async () => {
    const scene = scenario({ kubevirt: { instance: 'Scheduling' } });
    scene.cluster.store.put({ ...vm(), metadata: { name: 'gw-01', namespace: 'edge' } }, new Map());
    const { cause } = await quiet(scene, followDevice(scene.context, options(scene)));
    assert.equal(cause?.code, 'secret-missing');
  });

  it('is timed-out with the last thing seen', async () => {
    const scene = running();
    const following = followDevice(scene.context, options(scene, { timeoutMs: 60_000 }));
    await ManualClock.settle();
    scene.cluster.logStore.write(launcher(scene), stageRecord({ stage: 'engine', state: 'retrying', attempt: 2, code: 'apt-unreachable' }));
    const { cause, evaluation } = await quiet(scene, following);
    assert.equal(cause?.code, 'timed-out');
    assert.match(cause.message, /did not reach connected in 60 s: the last stage reached is booted; engine: guest: engine, attempt 2: apt-unreachable/);
    assert.equal(evaluation.stage, 'booted');
  });

  it('is interrupted by the signal', async () => {
    const scene = running();
    const controller = new AbortController();
    const following = followDevice({ ...scene.context, signal: controller.signal }, options(scene));
    await scene.clock.advance(1000);
    controller.abort();
    assert.equal((await quiet(scene, following)).cause?.code, 'interrupted');
  });

  it('attaches to the console again after a cut, and to the new pod after a restart', async () => {
    const scene = running(false);
    const following = followDevice(scene.context, options(scene));
    await ManualClock.settle();
    const first = launcher(scene);
    scene.cluster.logStore.write(first, stageRecord({ seq: 1 }));
    await scene.clock.advance(1000);
    scene.cluster.logStore.cut(first);
    await scene.clock.advance(1000);
    scene.cluster.logStore.write(first, configuredRecord({ seq: 5 }));
    await scene.clock.advance(1000);
    assert.deepEqual(stages(scene).at(-1), 'configured');
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    await scene.clock.advance(1000);
    assert.ok(scene.events.some((event) => event.type === 'lost' && event.stage === 'configured'));
    await scene.cluster.vmAction('gw-01', 'edge', 'start');
    await ManualClock.settle();
    const second = launcher(scene);
    assert.notEqual(second, first);
    // The new boot counts on from the number on the disk, or from the start: in both cases it is the newer one.
    scene.cluster.logStore.write(second, configuredRecord({ seq: 2, boot: 'boot-2', agent: { connected: true } }));
    assert.equal((await quiet(scene, following)).evaluation.verdicts.connected.evidence, 'guest');
  });

  it('does not use the twin of an earlier VM for this one, and asks by ping', async () => {
    const scene = running();
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 200 }, lastDesiredVersion: 1 }, scene.clock.iso(-60_000));
    const following = followDevice(scene.context, options(scene));
    await ManualClock.settle();
    scene.cluster.logStore.write(launcher(scene), configuredRecord());
    await scene.clock.advance(8000);
    assert.ok(scene.hub.calls.includes('ping'));
    assert.ok(!stages(scene).includes('connected'));
    scene.hub.answering.add('gw-01');
    assert.equal((await quiet(scene, following)).evaluation.verdicts.connected.evidence, 'ping');
  });

  it('stays within the hub’s limits while it waits long', async () => {
    const scene = running();
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 200 } }, scene.clock.iso(-60_000));
    const following = followDevice(scene.context, options(scene, { timeoutMs: 600_000 }));
    await ManualClock.settle();
    scene.cluster.logStore.write(launcher(scene), configuredRecord());
    await quiet(scene, following);
    const polls = scene.hub.calls.filter((call) => call === 'getEdgeAgentTwin').length;
    assert.ok(polls > 40 && polls < 100, `${polls} twin reads in ten minutes`);
    assert.ok(scene.hub.calls.filter((call) => call === 'ping').length < 100);
  });

  it('ends when the device is deleted in the hub', async () => {
    const scene = running();
    const following = followDevice(scene.context, options(scene));
    await scene.clock.advance(3000);
    await scene.hub.deleteDevice('gw-01');
    assert.equal((await quiet(scene, following)).cause?.code, 'device-not-found');
  });

  it('goes on with the guest’s report if the hub cannot be read', async () => {
    const scene = running();
    scene.hub.before = () => {
      throw new EdgeVmError('hub-forbidden', 'ServiceConnect is missing');
    };
    const following = followDevice(scene.context, options(scene));
    await scene.clock.advance(1000);
    scene.cluster.logStore.write(launcher(scene), configuredRecord({ agent: { connected: true } }));
    const outcome = await quiet(scene, following);
    assert.equal(outcome.evaluation.verdicts.connected.evidence, 'guest');
    assert.match(outcome.warnings.join(), /ServiceConnect is missing/);
  });

  it('sees that the VM which was just applied has been deleted since', async () => {
    const scene = scenario();
    const { cause } = await quiet(scene, followDevice(scene.context, options(scene, { vm: vm() })));
    assert.equal(cause?.code, 'vm-deleted');
  });

  it('does not count the answer of our own instance as another machine’s after it was stopped', async () => {
    const scene = running();
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 200 }, lastDesiredVersion: 0 }, scene.clock.iso(-60_000));
    scene.hub.answering.add('gw-01');
    const following = followDevice(scene.context, options(scene, { waitFor: 'deployed', timeoutMs: 60_000 }));
    await ManualClock.settle();
    scene.cluster.logStore.write(launcher(scene), configuredRecord());
    await scene.clock.advance(8000);
    assert.ok(stages(scene).includes('connected'));
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    assert.equal((await quiet(scene, following)).cause?.code, 'vm-stopped');
  });

  it('does without pods and console where they are forbidden, and says so; events it does not even ask for', async () => {
    const scene = running();
    for (const right of ['watch events', 'watch pods', 'get pods/log']) scene.cluster.forbidden.add(right);
    const following = followDevice(scene.context, options(scene));
    await scene.clock.advance(3000);
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 } }, scene.clock.iso());
    const outcome = await quiet(scene, following);
    assert.equal(outcome.cause, undefined);
    assert.match(outcome.warnings.join(), /^pods cannot be watched[^,]*, so edge-vm shows less detail: not allowed to watch pods$/);
    assert.ok(!scene.cluster.calls.some(({ what }) => what === 'events'));
  });

  it('throws when the VM may not be watched', async () => {
    const scene = running();
    scene.cluster.forbidden.add('watch virtualmachines');
    const context: ProvisionContext = scene.context;
    const error: unknown = await scene.clock.run(followDevice(context, options(scene)).catch((reason: unknown) => reason));
    assert.ok(EdgeVmError.is(error) && error.code === 'forbidden');
    await ManualClock.settle();
    assert.equal(scene.clock.sleeping, 0);
  });

  it('ends at once if the stage is reached already', async () => {
    const scene = running();
    const started = scene.clock.now();
    const outcome = await quiet(scene, followDevice(scene.context, options(scene, { waitFor: 'running' })));
    assert.equal(outcome.cause, undefined);
    assert.equal(scene.clock.now(), started);
  });
});
