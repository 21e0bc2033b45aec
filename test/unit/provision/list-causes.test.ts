import assert from 'node:assert/strict';
import { EdgeVmError } from '../../../src/support/errors.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { listDevices } from '../../../src/provision/list.js';
import { MOST_CONSOLES } from '../../../src/provision/list-details.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';
import { stageRecord } from '../../helpers/stage-record.js';

/** Devices that run and never got connected. */
async function applied(...names: string[]): Promise<Scenario> {
  const scene = scenario();
  for (const name of names) {
    const spec = { identity: { register: { deviceId: name } } };
    await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ metadata: { name }, spec }), identity: { kind: 'register', deviceId: name }, wait: false })));
  }
  await scene.clock.advance(5_000);
  return scene;
}

const podOf = (scene: Scenario, name: string): KubeObject => scene.cluster.store.all().find(({ kind, metadata }) => kind === 'Pod' && metadata.labels?.['vm.kubevirt.io/name'] === name)!;
const write = (scene: Scenario, name: string, fields: Record<string, unknown>): void => scene.cluster.logStore.write(podOf(scene, name).metadata.name, 'noise', stageRecord(fields));
const consoles = (scene: Scenario): number => scene.cluster.calls.filter(({ verb }) => verb === 'logs').length;

describe('the names in a list', () => {
  it('need one list, of VMs', async () => {
    const scene = await applied('gw-02', 'gw-01');
    const before = scene.cluster.calls.length;
    let asked = 0;
    scene.hub.before = () => (asked += 1);
    assert.deepEqual((await listDevices(scene.context, { namesOnly: true })).map(({ name }) => name), ['gw-01', 'gw-02']);
    assert.deepEqual(scene.cluster.calls.slice(before).map(({ verb, what }) => `${verb} ${what}`), ['list virtualmachines']);
    assert.equal(asked, 0);
  });
});

describe('the causes in a list', () => {
  it('show a stopped VM, without an additional request', async () => {
    const scene = await applied('gw-01');
    await scene.cluster.vmAction('gw-01', 'edge', 'stop');
    const before = scene.cluster.stats.requests;
    const [one] = await listDevices(scene.context);
    assert.deepEqual([one?.ready, one?.cause?.code, scene.cluster.stats.requests - before], [false, 'vm-stopped', 2]);
  });

  it('say that the hub was not asked, also if each guest reports for itself', async () => {
    const scene = await applied('gw-01');
    write(scene, 'gw-01', { stage: 'report', state: 'ok', done: { clock: 1, engine: 2, runtime: 3, files: 4, config: 5 }, agent: { connected: true } });
    scene.hub.queryEdgeAgents = async function* () {
      yield* [];
      throw new EdgeVmError('hub-unreachable', 'cannot reach the hub');
    };
    scene.events.length = 0;
    const [one] = await listDevices(scene.context);
    assert.equal(one?.ready, true);
    assert.match(scene.events.map((event) => (event.type === 'warning' ? event.message : '')).join(), /the hub was not asked.*cannot reach the hub/);
  });

  it('show what each guest tries again, and what it gave up', async () => {
    const scene = await applied('gw-01', 'gw-02', 'gw-03');
    write(scene, 'gw-01', { state: 'retrying', attempt: 3, code: 'apt-unreachable', message: 'no route to host' });
    write(scene, 'gw-02', { stage: 'runtime', state: 'failed', attempt: 5, code: 'package-not-found', done: { clock: 1, engine: 2 } });
    const devices = await listDevices(scene.context);
    assert.deepEqual(devices.map(({ name, stage, cause, retrying }) => [name, stage, cause?.code, retrying]), [
      ['gw-01', 'booted', undefined, { step: 'engine', attempt: 3, code: 'apt-unreachable', message: 'no route to host' }],
      ['gw-02', 'engine', 'guest-step-failed', undefined],
      ['gw-03', 'running', undefined, undefined],
    ]);
  });

  it('show an image that cannot be pulled and a disk that cannot be filled, from one list of pods and one of disks', async () => {
    const scene = await applied('gw-01', 'gw-02');
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'virt-controller', (vmi) => {
      vmi.status = { phase: 'Scheduling' };
    });
    scene.cluster.edit('Pod', 'edge', podOf(scene, 'gw-01').metadata.name, 'kubelet', (pod) => {
      pod.status = { phase: 'Pending', containerStatuses: [{ name: 'compute', state: { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } } }] };
    });
    const disk = scene.cluster.store.all().find(({ kind, metadata }) => kind === 'DataVolume' && metadata.ownerReferences?.[0]?.name === 'gw-02')!;
    scene.cluster.edit('DataVolume', 'edge', disk.metadata.name, 'cdi', (volume) => {
      volume.status = { phase: 'Failed', conditions: [{ type: 'Running', status: 'False', reason: 'Error', message: '404' }] };
    });
    scene.cluster.calls.length = 0;
    const devices = await listDevices(scene.context);
    assert.deepEqual(devices.map(({ cause }) => cause?.code), ['image-failed', 'import-failed']);
    assert.deepEqual(scene.cluster.calls.map(({ what }) => what).filter((what) => /^(pods|datavolumes)/.test(what)).sort(), ['datavolumes', 'pods']);
  });

  it('read no more than the first consoles, and none of a device that is connected', async () => {
    const names = Array.from({ length: MOST_CONSOLES + 2 }, (_, index) => `gw-${String(index).padStart(2, '0')}`);
    const scene = await applied(...names);
    scene.hub.report('gw-00', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1 }, scene.clock.iso());
    for (const name of names) write(scene, name, { state: 'retrying', attempt: 2, code: 'apt-unreachable' });
    scene.cluster.calls.length = 0;
    const devices = await listDevices(scene.context);
    assert.equal(consoles(scene), MOST_CONSOLES);
    assert.deepEqual(devices.map(({ retrying }) => retrying?.code), [undefined, ...names.slice(2).map(() => 'apt-unreachable'), undefined]);
  });

  it('are those that may be read, if pods, disks and logs are forbidden', async () => {
    const scene = await applied('gw-01', 'gw-02');
    for (const right of ['list pods', 'list datavolumes', 'get pods/log']) scene.cluster.forbidden.add(right);
    await scene.cluster.vmAction('gw-02', 'edge', 'stop');
    assert.deepEqual((await listDevices(scene.context)).map(({ stage, cause }) => [stage, cause?.code]), [['running', undefined], ['applied', 'vm-stopped']]);
  });
});
