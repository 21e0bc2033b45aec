import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { listDevices } from '../../../src/provision/list.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { waitDevice } from '../../../src/provision/wait.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';
import { configuredRecord } from '../../helpers/stage-record.js';

const about = { name: 'gw-01', namespace: 'edge' };

/** A device that is up: configured, connected an hour ago, and answering. */
async function up(): Promise<Scenario> {
  const scene = scenario();
  await scene.clock.run(createDevice(scene.context, createRequest()));
  const pod = scene.cluster.store.all().find((object) => object.kind === 'Pod')!.metadata.name;
  scene.cluster.logStore.write(pod, 'noise', configuredRecord());
  scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1, systemModules: { edgeAgent: { runtimeStatus: 'running', restartCount: 2 } } }, scene.clock.iso());
  await scene.clock.advance(3_600_000);
  return scene;
}

const condition = (result: DeviceResult, type: string): string | undefined => result.conditions.find((one) => one.type === type)?.status;

describe('getStatus', () => {
  it('is ready by ping, with all that is known', async () => {
    const scene = await up();
    scene.hub.answering.add('gw-01');
    const result = await scene.clock.run(getStatus(scene.context, about));
    assert.equal(result.ready, true);
    assert.equal(result.stage, 'connected');
    assert.equal(result.edge.evidence, 'ping');
    assert.deepEqual(result.edge.modules, [{ name: 'edgeAgent', status: 'running', restarts: 2 }]);
    assert.equal(result.edge.runtimeStatus, 'running');
    assert.deepEqual([result.vm.phase, result.vm.node, result.vm.ip], ['Running', 'node-1', '10.0.0.7']);
    assert.deepEqual(result.conditions.map((one) => one.type), ['Ready', 'IdentityVerified', 'Applied', 'DiskReady', 'Scheduled', 'Running', 'Booted', 'EngineReady', 'RuntimeInstalled', 'Configured', 'Connected', 'Deployed', 'GuestAgentConnected']);
    assert.equal(scene.clock.sleeping, 0);
  });

  it('without registry, it reads the registration only of a device that does not answer', async () => {
    const scene = await up();
    const reads = async (): Promise<number> => {
      const before = scene.hub.calls.filter((call) => call.startsWith('getDevice')).length;
      await scene.clock.run(getStatus(scene.context, { ...about, registry: false }));
      return scene.hub.calls.filter((call) => call.startsWith('getDevice')).length - before;
    };
    assert.equal(await reads(), 1);
    scene.hub.answering.add('gw-01');
    assert.equal(await reads(), 0);
  });

  it('finds out that a device has stopped since, because it does not answer', async () => {
    const scene = await up();
    const result = await scene.clock.run(getStatus(scene.context, about));
    assert.equal(condition(result, 'Connected'), 'False');
    assert.equal(result.ready, false);
  });

  it('names a device that answers while no VM runs', async () => {
    const scene = await up();
    scene.hub.answering.add('gw-01');
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    assert.equal((await scene.clock.run(getStatus(scene.context, about))).cause?.code, 'identity-in-use');
  });

  it('shows a stopped VM', async () => {
    const scene = await up();
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    const result = await scene.clock.run(getStatus(scene.context, about));
    assert.equal(result.cause?.code, 'vm-stopped');
    assert.equal(condition(result, 'Running'), 'False');
  });

  it('shows a cause that only an event contains', async () => {
    const scene = scenario({ kubevirt: { instance: 'Scheduling' } });
    await scene.clock.run(createDevice(scene.context, createRequest()));
    const pod = scene.cluster.store.all().find((object) => object.kind === 'Pod')!.metadata.name;
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'edge' }, reason: 'FailedMount', message: 'no such device', involvedObject: { name: pod }, lastTimestamp: scene.clock.iso() };
    scene.cluster.store.put(event, new Map());
    const { cause } = await scene.clock.run(getStatus(scene.context, about));
    assert.equal(cause?.code, 'volume-failed');
    assert.match(cause.message, /no such device/);
  });

  it('is not-found for no VM and for somebody else’s', async () => {
    const scene = scenario({ kubevirt: false });
    const status = (): Promise<unknown> => scene.clock.run(getStatus(scene.context, about)).catch((error: unknown) => (EdgeVmError.is(error) ? error.code : error));
    assert.equal(await status(), 'not-found');
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: about }, new Map());
    assert.equal(await status(), 'not-found');
  });

  it('answers without a hub, and with one that does not answer', async () => {
    const scene = await up();
    const { hub: _none, ...without } = scene.context;
    assert.equal((await scene.clock.run(getStatus(without, about))).stage, 'configured');
    scene.hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'ECONNREFUSED');
    };
    const result = await scene.clock.run(getStatus(scene.context, about));
    assert.match(result.conditions.find((one) => one.type === 'Connected')!.message, /ECONNREFUSED/);
    assert.deepEqual(result.warnings, ['the hub could not be asked: ECONNREFUSED']);
  });

  it('shows what the cluster says if the hub hangs', async () => {
    const scene = await up();
    const { hub } = scene;
    hub.getEdgeAgentTwin = (_id, call) => new Promise((_resolve, reject) => {
      call?.signal?.addEventListener('abort', () => reject(new EdgeVmError('timed-out', 'the time is up')));
    });
    const result = await scene.clock.run(getStatus(scene.context, about));
    assert.equal(result.stage, 'configured');
    assert.match(result.conditions.find((one) => one.type === 'Connected')!.message, /did not answer in time/);
  });

  it('is interrupted by the signal while the hub is asked', async () => {
    const scene = await up();
    const controller = new AbortController();
    scene.hub.getEdgeAgentTwin = async () => {
      controller.abort();
      throw new EdgeVmError('interrupted', 'interrupted');
    };
    await assert.rejects(scene.clock.run(getStatus({ ...scene.context, signal: controller.signal }, about)), { code: 'interrupted' });
  });

  it('asks the agent with a credential that may not read the registry', async () => {
    const scene = await up();
    scene.hub.answering.add('gw-01');
    scene.hub.before = (call) => {
      if (call === 'getDevice') throw new EdgeVmError('hub-forbidden', 'RegistryRead is missing');
    };
    assert.equal((await scene.clock.run(getStatus(scene.context, about))).edge.evidence, 'ping');
  });

  it('reads what it may where pods and disks are forbidden', async () => {
    const scene = await up();
    for (const right of ['list pods', 'get datavolumes', 'get secrets']) scene.cluster.forbidden.add(right);
    scene.hub.answering.add('gw-01');
    assert.equal((await scene.clock.run(getStatus(scene.context, about))).ready, true);
  });
});

describe('listDevices', () => {
  it('lists all, with one query of the hub and two requests to the cluster where all are connected', async () => {
    const scene = await up();
    await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ metadata: { name: 'gw-02' }, spec: { identity: { register: { deviceId: 'gw-02' } } } }), identity: { kind: 'register', deviceId: 'gw-02' } })));
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'foreign', namespace: 'edge' }, spec: { runStrategy: 'Halted', template: { spec: {} } } }, new Map());
    scene.hub.report('gw-02', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1 }, scene.clock.iso());
    const before = { requests: scene.cluster.stats.requests, calls: scene.hub.calls.length };
    const devices = await listDevices(scene.context, { namespace: 'edge' });
    assert.deepEqual(devices.map((one) => [one.name, one.stage]), [['gw-01', 'connected'], ['gw-02', 'connected']]);
    assert.equal(scene.cluster.stats.requests - before.requests, 2);
    assert.deepEqual(scene.hub.calls.slice(before.calls), ['queryEdgeAgents']);
    assert.deepEqual((await listDevices(scene.context, { namespace: 'other' })), []);
    assert.equal((await listDevices(scene.context)).length, 2);
  });
});

describe('listDevices without an answer of the hub', () => {
  const warnings = (scene: Scenario): string[] => scene.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

  /** The guest's own probe finds the runtime well, so nobody looks into its console. */
  const probe = (scene: Scenario): void => scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'virt-controller', (vmi) => {
    vmi.status = { ...vmi.status, conditions: [{ type: 'Ready', status: 'True' }] };
  });

  it('uses the guest’s own report if its probe does not succeed', async () => {
    const scene = await up();
    const { hub: _none, ...without } = scene.context;
    assert.equal(condition((await listDevices(without, { namespace: 'edge' }))[0]!, 'Connected'), 'False');
    scene.cluster.logStore.write(scene.cluster.store.all().find(({ kind }) => kind === 'Pod')!.metadata.name, configuredRecord({ seq: 10, agent: { connected: true } }));
    const [device] = await listDevices(without, { namespace: 'edge' });
    assert.deepEqual([device?.ready, device?.edge.evidence], [true, 'guest']);
    assert.deepEqual(warnings(scene), [], 'it is known of all');
  });

  it('leaves open whether devices are connected, and says why, once', async () => {
    const scene = await up();
    probe(scene);
    const { hub: _none, ...without } = scene.context;
    for (const context of [without, { ...scene.context, hub: Object.assign(Object.create(scene.hub) as typeof scene.hub, { hostname: 'other.example.net' }) }]) {
      scene.events.length = 0;
      const [device] = await listDevices(context, { namespace: 'edge' });
      assert.equal(condition(device!, 'Connected'), 'Unknown');
      assert.equal(warnings(scene).length, 1);
    }
    scene.events.length = 0;
    scene.hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'ECONNREFUSED');
    };
    assert.equal(condition((await listDevices(scene.context, { namespace: 'edge' }))[0]!, 'Connected'), 'Unknown');
    assert.match(warnings(scene).join(), /not known: ECONNREFUSED$/);
  });

  it('knows of a device that its hub does not have that it is not connected', async () => {
    const scene = await up();
    scene.hub.queryEdgeAgents = async function* none() {};
    assert.equal(condition((await listDevices(scene.context, { namespace: 'edge' }))[0]!, 'Connected'), 'False');
    assert.deepEqual(warnings(scene), []);
  });
});

describe('waitDevice', () => {
  it('waits until the stage is reached', async () => {
    const scene = await up();
    scene.hub.answering.add('gw-01');
    const result = await scene.clock.run(waitDevice(scene.context, { ...about, waitFor: 'connected', timeoutMs: 60_000 }));
    assert.equal(result.ready, true);
    assert.equal(result.cause, undefined);
  });

  it('refuses to wait for a stage that nothing could show', async () => {
    const { context, clock } = await up();
    const { hub, ...without } = context;
    for (const one of [without, { ...context, hub: { ...hub!, hostname: 'other.example.net' } }]) {
      const refused: unknown = await clock.run(waitDevice(one, { ...about, waitFor: 'deployed', timeoutMs: 1000 })).catch((error: unknown) => error);
      assert.ok(EdgeVmError.is(refused) && refused.code === 'usage' && /hub\.example\.net knows/.test(refused.message), String(refused));
    }
  });

  it('is not-found for no device, and timed-out for one that does not come', async () => {
    const scene = await up();
    const missing: unknown = await waitDevice(scene.context, { ...about, name: 'other', waitFor: 'connected', timeoutMs: 1000 }).catch((error: unknown) => error);
    assert.ok(EdgeVmError.is(missing) && missing.code === 'not-found');
    const result = await scene.clock.run(waitDevice(scene.context, { ...about, waitFor: 'deployed', timeoutMs: 30_000 }));
    assert.deepEqual([result.ready, result.cause?.code], [false, 'timed-out']);
  });
});

describe('createDevice with wait', () => {
  it('gives the ready object', async () => {
    const scene = scenario();
    const creating = createDevice(scene.context, createRequest({ wait: true }));
    await scene.clock.advance(1000);
    const pod = scene.cluster.store.all().find((object) => object.kind === 'Pod')!.metadata.name;
    scene.cluster.logStore.write(pod, configuredRecord());
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 } }, scene.clock.iso());
    const result = await scene.clock.run(creating);
    assert.deepEqual([result.ready, result.stage, result.edge.code], [true, 'connected', 417]);
    assert.deepEqual(result.changes.map((change) => change.outcome), ['created', 'created']);
    assert.ok(result.seconds.connected! >= 1);
  });

  it('does not wait for a VM that somebody stopped', async () => {
    const scene = await up();
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ wait: true })));
    assert.equal(result.cause?.code, 'vm-stopped');
    assert.ok(result.changes.every((change) => change.outcome === 'unchanged'));
  });
});
