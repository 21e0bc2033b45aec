import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { followDevice, type FollowOptions } from '../../../src/readiness/follow.js';
import type { FollowOutcome } from '../../../src/readiness/result.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { configuredRecord } from '../../helpers/stage-record.js';

/** A device that was applied to a cluster; its fake KubeVirt acts as `kubevirt` says. */
async function applied(kubevirt: Parameters<typeof scenario>[0] & object, request: Parameters<typeof createRequest>[0] = {}): Promise<Scenario> {
  const scene = scenario(kubevirt);
  await scene.clock.run(createDevice(scene.context, createRequest(request)));
  scene.cluster.calls.length = 0;
  return scene;
}

function follow(scene: Scenario, change: Partial<FollowOptions> = {}): Promise<FollowOutcome> {
  const vm = scene.cluster.find('VirtualMachine', 'gw-01')!;
  return followDevice(scene.context, { name: 'gw-01', namespace: 'edge', waitFor: 'connected', timeoutMs: 300_000, startedAt: scene.clock.now(), device: { hub: 'hub.example.net', id: 'gw-01' }, secretApplied: true, vm, random: () => 0.5, ...change });
}

const requests = (scene: Scenario): string[] => scene.cluster.calls.map(({ verb, what }) => `${verb} ${what.startsWith('virt-launcher') ? 'console' : what}`).sort();
const pods = (scene: Scenario): string => scene.cluster.store.all().find(({ kind }) => kind === 'Pod')!.metadata.name;

describe('requests of a device that is followed', () => {
  it('are one watch of each kind where all goes well, disks together, and none for events and Secret', async () => {
    const scene = await applied({}, { device: device({ spec: { vm: { dataDisk: { size: '5Gi' } } } }) });
    const following = follow(scene);
    await scene.clock.advance(500);
    scene.cluster.logStore.write(pods(scene), configuredRecord());
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 }, lastDesiredVersion: 1 }, scene.clock.iso());
    assert.equal((await scene.clock.run(following)).cause, undefined);
    assert.deepEqual(requests(scene), ['logs console', 'logs console', 'watch datavolumes', 'watch nodes', 'watch pods', 'watch virtualmachineinstances', 'watch virtualmachines']);
  });

  it('are none if the VM that was applied already shows the stage', async () => {
    const scene = await applied({});
    const outcome = await scene.clock.run(follow(scene, { waitFor: 'applied' }));
    assert.deepEqual([outcome.cause, outcome.evaluation.verdicts.applied.status], [undefined, 'True']);
    assert.deepEqual(requests(scene), []);
  });

  it('ask the hub for the device whose guest is refused: a disabled one has a twin, too', async () => {
    for (const [forbidden, expected] of [[false, 'device-disabled'], [true, 'unauthorized']] as const) {
      const scene = await applied({});
      const following = follow(scene);
      await scene.clock.advance(500);
      scene.cluster.logStore.write(pods(scene), configuredRecord({ agent: { connected: false, code: 'unauthorized' } }));
      scene.hub.register('gw-01', { status: 'disabled' });
      scene.hub.before = (call) => {
        if (forbidden && call === 'getDevice') throw new EdgeVmError('hub-forbidden', 'RegistryRead is missing');
      };
      assert.equal((await scene.clock.run(following)).cause?.code, expected);
    }
  });

  it('end for the disks once they are filled', async () => {
    const scene = await applied({ kubevirt: { disk: 'ImportInProgress' } });
    const following = follow(scene, { waitFor: 'running', timeoutMs: 60_000 });
    const watches = (): number => scene.cluster.watching('datavolumes');
    await scene.clock.advance(500);
    assert.equal(watches(), 1);
    scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'cdi', (disk) => {
      disk.status = { phase: 'Succeeded' };
    });
    await scene.clock.run(following);
    assert.equal(watches(), 0);
  });

  it('are for events too while there is no progress, and end when the instance runs', async () => {
    const scene = await applied({ kubevirt: { instance: 'Scheduling' } });
    const following = follow(scene, { waitFor: 'connected', timeoutMs: 60_000 });
    await scene.clock.advance(1_900);
    assert.equal(scene.cluster.watching('events'), 0);
    await scene.clock.advance(200);
    assert.equal(scene.cluster.watching('events'), 3, 'of the VM, its disk and its pod');
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'virt-handler', (vmi) => {
      vmi.status = { ...vmi.status, phase: 'Running' };
    });
    await scene.clock.advance(100);
    assert.equal(scene.cluster.watching('events'), 0);
    await scene.clock.run(following);
  });

  it('find a disk that does not carry the labels of its template, and one of a template without labels', async () => {
    const scene = await applied({ kubevirt: { disk: 'ImportInProgress' } });
    scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'somebody', (disk) => {
      disk.metadata.labels = {};
    });
    const following = follow(scene, { waitFor: 'disk', timeoutMs: 60_000 });
    await scene.clock.advance(5_000);
    scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'cdi', (disk) => {
      disk.status = { phase: 'Succeeded' };
    });
    assert.equal((await scene.clock.run(following)).cause, undefined);

    const plain = await applied({ kubevirt: { disk: 'ImportInProgress' } });
    plain.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'somebody', (vm) => {
      for (const template of (vm.spec as { dataVolumeTemplates: { metadata: object }[] }).dataVolumeTemplates) template.metadata = { name: 'gw-01-root' };
    });
    const other = follow(plain, { waitFor: 'disk', timeoutMs: 60_000 });
    await plain.clock.advance(500);
    plain.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'cdi', (disk) => {
      disk.status = { phase: 'Succeeded' };
    });
    assert.equal((await plain.clock.run(other)).cause, undefined);
  });

  it('look for the Secret at the next start of a machine that ran', async () => {
    const scene = await applied({});
    const following = follow(scene, { waitFor: 'deployed', timeoutMs: 120_000 });
    await scene.clock.advance(1_000);
    scene.cluster.store.delete('Secret/edge/gw-01-cloud-init', 'Background');
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'virt-controller', (vmi) => {
      vmi.status = { ...vmi.status, phase: 'Scheduling' };
    });
    const { cause } = await scene.clock.run(following);
    assert.equal(cause?.code, 'secret-missing');
    assert.ok(scene.cluster.calls.filter(({ what }) => what === 'secrets').length <= 2);
  });
});
