import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { edgeDeviceOwnerOf } from '../../../src/cluster/owned.js';
import { applyDevice, createDevice, prepareDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { getDevice } from '../../../src/provision/kept/get.js';
import { listDevices } from '../../../src/provision/list.js';
import { restartDevice } from '../../../src/provision/restart.js';
import { startDevice } from '../../../src/provision/start.js';
import { getStatus } from '../../../src/provision/status/index.js';
import type { CreateRequest } from '../../../src/provision/types.js';
import { waitDevice } from '../../../src/provision/wait.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

const owner = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: 'gw-01', uid: 'cr-1' };
const about = { name: 'gw-01', namespace: 'edge' };
const edgeDevice: KubeObject = {
  apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice',
  metadata: {
    ...about, uid: 'cr-1', generation: 4, finalizers: ['edge-vm.io/device'], labels: { site: 'north' },
    annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }, managedFields: [{ manager: 'kubectl' }],
  },
  spec: { identity: { register: {} }, vm: { memory: '3Gi' } }, status: { stage: 'connected' },
};

const named = (name: string, uid: string): KubeObject => ({ ...edgeDevice, metadata: { ...edgeDevice.metadata, name, uid } });
const gateway = device({ spec: { gateway: {} } });

/** A device, of which an EdgeDevice then controls these objects. */
async function owned(...kinds: string[]): Promise<Scenario> {
  const scene = scenario();
  await scene.clock.run(createDevice(scene.context, createRequest({ device: gateway })));
  // The garbage collector deletes objects whose owner does not exist.
  scene.cluster.store.put(named('elsewhere', 'cr-1'), new Map());
  for (const kind of kinds) {
    const name = kind === 'Secret' ? 'gw-01-cloud-init' : 'gw-01';
    scene.cluster.edit(kind, 'edge', name, 'edge-vm', ({ metadata }) => void (metadata.ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }]));
  }
  scene.cluster.calls.length = 0;
  return scene;
}

async function refused(scene: Scenario, work: Promise<unknown>): Promise<EdgeVmError> {
  const error = await scene.clock.run(work).then(() => assert.fail('it was not refused'), (reason: unknown) => reason);
  assert.ok(EdgeVmError.is(error), String(error));
  assert.deepEqual([error.code, error.exitCode], ['owned-by-edgedevice', 2], error.message);
  assert.equal(error.message, 'device gw-01 is kept by EdgeDevice gw-01 in namespace edge');
  assert.match(error.hint ?? '', /kubectl edit edgedevice gw-01 -n edge.*kubectl delete edgedevice gw-01 -n edge/);
  assert.deepEqual(scene.cluster.writes, [], 'nothing was changed');
  assert.equal(scene.cluster.calls.some(({ verb }) => verb === 'try'), false, 'nothing was tried');
  return error;
}

describe('edgeDeviceOwnerOf', () => {
  const controls = (...references: NonNullable<KubeObject['metadata']['ownerReferences']>): unknown => edgeDeviceOwnerOf({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', ownerReferences: references } });

  it('finds the controller of that kind and group, in any version', () => {
    assert.deepEqual(controls({ ...owner, controller: true }), { name: 'gw-01', uid: 'cr-1' });
    assert.deepEqual(controls({ apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: 'c' }, { ...owner, apiVersion: 'edge-vm.io/v2', controller: true }), { name: 'gw-01', uid: 'cr-1' });
  });

  it('takes no other owner for it', () => {
    for (const other of [owner, { ...owner, controller: false }, { ...owner, apiVersion: 'example.com/v1alpha1', controller: true }, { ...owner, kind: 'EdgeDeployment', controller: true }]) assert.equal(controls(other), undefined);
    assert.equal(edgeDeviceOwnerOf(undefined), undefined);
    assert.equal(controls(), undefined);
  });
});

describe('a device that an EdgeDevice in the cluster keeps', () => {
  for (const kind of ['VirtualMachine', 'Secret', 'Service']) {
    it(`is refused before anything is changed if the ${kind} belongs to it`, async () => {
      const scene = await owned(kind);
      const changed = device({ spec: { gateway: {}, vm: { memory: '3Gi' } } });
      for (const dryRun of ['none', 'client', 'server'] as const) {
        await refused(scene, createDevice(scene.context, createRequest({ device: changed, dryRun })));
        await refused(scene, deleteDevice(scene.context, deleteRequest({ dryRun, deregister: dryRun === 'none' })));
      }
      const flags: Partial<CreateRequest> = { identity: { kind: 'kept' }, mustExist: true, complete: async () => assert.fail('it needs no complete device to be refused') };
      if (kind === 'Secret') await refused(scene, createDevice(scene.context, createRequest(flags)));
      assert.notEqual(scene.hub.devices.get('gw-01'), undefined);
    });
  }

  it('is refused if its Secret is gone, without the advice to create it again', async () => {
    const scene = await owned('VirtualMachine');
    await scene.cluster.delete({ type: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }, name: 'gw-01-cloud-init', namespace: 'edge' });
    scene.cluster.calls.length = 0;
    await refused(scene, createDevice(scene.context, createRequest({ identity: { kind: 'kept' }, mustExist: true })));
  });

  it('is changed by its own operator, and by no other', async () => {
    const scene = await owned('VirtualMachine', 'Secret', 'Service');
    const changed = device({ spec: { gateway: {}, vm: { memory: '3Gi' } } });
    await refused(scene, createDevice(scene.context, createRequest({ device: changed, owner: { ...owner, uid: 'cr-2' } })));
    const { changes } = await scene.clock.run(createDevice(scene.context, createRequest({ device: changed, owner })));
    assert.deepEqual(changes.find(({ kind }) => kind === 'VirtualMachine')?.outcome, 'changed');
  });

  it('can be adopted by an operator from a person', async () => {
    const scene = await owned();
    const { changes } = await scene.clock.run(createDevice(scene.context, createRequest({ device: gateway, owner })));
    assert.ok(changes.length > 0);
  });

  it('can be compared, but what was compared is not applied', async () => {
    const scene = await owned('VirtualMachine');
    const changed = device({ spec: { gateway: {}, vm: { memory: '3Gi' } } });
    const prepared = await scene.clock.run(prepareDevice(scene.context, createRequest({ device: changed, compareOnly: true, dryRun: 'client' })));
    assert.deepEqual(prepared.consequences.map(({ path }) => path), ['spec.vm.memory']);
    await refused(scene, applyDevice(scene.context, { ...prepared, request: { ...prepared.request, dryRun: 'none' } }));
  });

  it('does not differ from the file that was applied, though the API server has filled in defaults', async () => {
    const scene = await owned();
    const filled = device({ spec: { gateway: {} } });
    await scene.clock.run(createDevice(scene.context, createRequest({ device: filled, input: filled, owner })));
    const compared = async (vm: object): Promise<string[]> => {
      const { identity, guest: { sshKeys = [] } } = filled.spec;
      const input = { metadata: { name: 'gw-01' }, spec: { identity, gateway: {}, guest: { sshKeys }, vm } };
      const { changes } = await scene.clock.run(prepareDevice(scene.context, createRequest({ device: device(input), input, identity: { kind: 'kept' }, mustExist: true, compareOnly: true, dryRun: 'client' })));
      return changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ kind }) => kind);
    };
    assert.deepEqual(await compared({}), []);
    assert.deepEqual(await compared({ memory: '3Gi' }), ['Secret', 'VirtualMachine']);
  });

  it('can be started, restarted, followed and listed, and results name the EdgeDevice', async () => {
    const scene = await owned('VirtualMachine', 'Secret', 'Service');
    const follow = { ...about, wait: true, waitFor: 'running' as const, timeoutMs: 60_000 };
    const results = [
      await scene.clock.run(getStatus(scene.context, about)), ...(await listDevices(scene.context, { namespace: 'edge' })),
      await scene.clock.run(waitDevice(scene.context, follow)), await scene.clock.run(startDevice(scene.context, follow)), await scene.clock.run(restartDevice(scene.context, { ...follow, wait: false })),
    ];
    assert.equal(results.length, 5);
    for (const result of results) assert.deepEqual(result.owner, { kind: 'EdgeDevice', name: 'gw-01' });
    const free = await owned();
    assert.equal(Object.hasOwn(await free.clock.run(getStatus(free.context, about)), 'owner'), false);
  });

  it('gives the EdgeDevice of the cluster, else what was last applied, and nothing to somebody who wants to change it', async () => {
    const scene = await owned('VirtualMachine');
    const kept = await getDevice(scene.context, about);
    assert.deepEqual([kept.spec?.gateway !== undefined, kept.metadata], [true, about], 'no EdgeDevice can be read');
    scene.cluster.store.put(named('gw-01', 'cr-2'), new Map());
    assert.deepEqual((await getDevice(scene.context, about)).spec, kept.spec, 'another EdgeDevice of that name');
    scene.cluster.store.put(named('gw-01', 'cr-1'), new Map());
    assert.deepEqual(await getDevice(scene.context, about), {
      apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { ...about, labels: { site: 'north' }, annotations: { note: 'x' } }, spec: edgeDevice.spec,
    });
    scene.cluster.forbidden.add('get edgedevices');
    assert.deepEqual((await getDevice(scene.context, about)).spec, kept.spec);
    scene.cluster.calls.length = 0;
    await refused(scene, getDevice(scene.context, { ...about, toChange: true }));
  });
});

describe('an EdgeDevice that has no VM yet', () => {
  const withCrd = (scene: Scenario): Scenario => {
    scene.cluster.served.add('edge-vm.io/v1alpha1');
    scene.cluster.store.put(edgeDevice, new Map());
    return scene;
  };

  it('keeps its name from create and delete, and the others say so', async () => {
    const scene = withCrd(scenario());
    await refused(scene, createDevice(scene.context, createRequest()));
    await refused(scene, createDevice(scene.context, createRequest({ dryRun: 'client' })));
    await refused(scene, deleteDevice(scene.context, deleteRequest({ ignoreNotFound: true })));
    await assert.rejects(scene.clock.run(getStatus(scene.context, about)), (error: unknown) => {
      assert.ok(EdgeVmError.is(error) && error.code === 'not-found');
      assert.equal(error.message, 'device gw-01 is kept by EdgeDevice gw-01 in namespace edge, and has no VirtualMachine yet');
      assert.match(error.hint ?? '', /kubectl describe edgedevice gw-01 -n edge/);
      return true;
    });
    assert.equal(scene.hub.devices.size, 0);
  });

  it('says that it is being deleted, if somebody deletes it', async () => {
    const scene = withCrd(scenario());
    scene.cluster.store.put({ ...edgeDevice, metadata: { ...edgeDevice.metadata, deletionTimestamp: '2026-11-21T12:00:00Z', finalizers: ['edge-vm.io/device'] } }, new Map());
    for (const work of [deleteDevice(scene.context, deleteRequest()), getStatus(scene.context, about)]) {
      await assert.rejects(scene.clock.run(work), (error: unknown) => EdgeVmError.is(error) && /is being deleted with its EdgeDevice gw-01 in namespace edge/.test(error.message) && /kubectl describe edgedevice gw-01 -n edge/.test(error.hint ?? ''));
    }
  });

  it('is no concern of its operator, nor of a device of another name', async () => {
    const scene = withCrd(scenario());
    await scene.clock.run(createDevice(scene.context, createRequest({ owner })));
    const other = createRequest({ device: device({ metadata: { name: 'gw-02' }, spec: { identity: { register: { deviceId: 'gw-02' } } } }), identity: { kind: 'register', deviceId: 'gw-02' } });
    await scene.clock.run(createDevice(scene.context, other));
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-02'));
  });

  it('costs one request, and none where the cluster does not serve the type or the VM exists', async () => {
    const asked = (scene: Scenario): number => scene.cluster.calls.filter(({ what }) => what === 'edgedevices').length;
    const without = scenario();
    await without.clock.run(createDevice(without.context, createRequest()));
    assert.equal(asked(without), 0);
    const scene = scenario();
    scene.cluster.served.add('edge-vm.io/v1alpha1');
    await scene.clock.run(createDevice(scene.context, createRequest()));
    assert.equal(asked(scene), 1);
    await scene.clock.run(createDevice(scene.context, createRequest()));
    assert.equal(asked(scene), 1, 'the VM exists');
  });

  it('does not stop somebody who may not read it', async () => {
    const scene = withCrd(scenario());
    scene.cluster.forbidden.add('get edgedevices');
    await scene.clock.run(createDevice(scene.context, createRequest()));
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });
});
