import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { selectDevices } from '../../../src/fleet/select.js';
import { hubRestsOf } from '../../../src/provision/hub-rests.js';
import type { DeleteRequest } from '../../../src/provision/types.js';
import { ProvisionError } from '../../../src/readiness/provision-error.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import type { CauseCode } from '../../../src/support/causes.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

async function created(options: Parameters<typeof scenario>[0] = {}, namespacePerDevice = false): Promise<Scenario & { namespace: string }> {
  const scene = scenario(options);
  const request = createRequest({ namespacePerDevice, device: device({ spec: { gateway: { type: 'ClusterIP', ports: [8883] }, vm: { dataDisk: { size: '5Gi' } } } }) });
  const { namespace } = await scene.clock.run(createDevice(scene.context, request));
  return { ...scene, namespace };
}

async function remove(scene: Scenario, change: Partial<DeleteRequest> = {}): Promise<DeviceResult> {
  return scene.clock.run(deleteDevice(scene.context, deleteRequest(change)));
}

async function rejects(work: Promise<unknown>, code: CauseCode): Promise<EdgeVmError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  assert.ok(EdgeVmError.is(error), `expected ${code}, got ${String(error)}`);
  assert.equal(error.code, code);
  return error;
}

const left = (scene: Scenario): string[] => scene.cluster.store.all().map((object) => `${object.kind}/${object.metadata.name}`).sort();
const outcomes = (result: DeviceResult): string[] => result.changes.map(({ kind, name, outcome }) => `${kind}/${name} ${outcome}`).sort();

describe('deleteDevice', () => {
  it('leaves nothing', async () => {
    const scene = await created();
    const result = await remove(scene);
    assert.deepEqual(left(scene), []);
    assert.deepEqual(outcomes(result), ['DataVolume/gw-01-data deleted', 'DataVolume/gw-01-root deleted', 'Secret/gw-01-cloud-init deleted', 'Service/gw-01 deleted', 'VirtualMachine/gw-01 deleted']);
    assert.equal(scene.hub.devices.size, 1, 'the hub’s device is the person’s');
    assert.equal(scene.clock.sleeping, 0);
  });

  it('waits for the instance, and says what is still there when the time runs out', async () => {
    const scene = await created();
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'test', (vmi) => {
      vmi.metadata.finalizers = ['test/slow'];
    });
    const error = await rejects(remove(scene, { timeoutMs: 30_000 }), 'timed-out');
    assert.match(error.message, /still being deleted: VirtualMachine, VirtualMachineInstance/);
    assert.ok(ProvisionError.is(error));
    assert.equal(error.result.cause?.code, 'timed-out');
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'test', (vmi) => {
      vmi.metadata.finalizers = [];
    });
    await remove(scene, { ignoreNotFound: true });
    assert.deepEqual(left(scene), []);
  });

  it('warns that a GitOps tool creates the VM again', async () => {
    const scene = await created();
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'test', (vm) => {
      vm.metadata.labels = { ...vm.metadata.labels, 'kustomize.toolkit.fluxcd.io/name': 'devices', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
    });
    const planned = await remove(scene, { dryRun: 'server' });
    const warning = /^Kustomization flux-system\/devices \(Flux\) applies the VirtualMachine gw-01 and will create it again/;
    assert.match(planned.warnings.join('\n'), warning);
    assert.match((await remove(scene)).warnings.join('\n'), warning);
    assert.deepEqual((await remove(await created())).warnings, [], 'a VM of edge-vm alone');
  });

  it('is not-found when there is nothing, unless that is fine', async () => {
    const scene = scenario();
    await rejects(remove(scene), 'not-found');
    assert.deepEqual((await remove(scene, { ignoreNotFound: true })).changes, []);
  });

  it('reports no step if there was nothing to do, and names no stage while it waits', async () => {
    const scene = scenario();
    await deleteDevice(scene.context, { name: 'gw-01', namespace: 'edge', keepDisk: false, deregister: false, ignoreNotFound: true, wait: true, timeoutMs: 60_000, dryRun: 'none' });
    assert.equal(scene.events.length, 0);
    await scene.clock.run(createDevice(scene.context, createRequest()));
    scene.events.length = 0;
    await scene.clock.run(deleteDevice(scene.context, { name: 'gw-01', namespace: 'edge', keepDisk: false, deregister: false, wait: true, timeoutMs: 60_000, dryRun: 'none' }));
    assert.ok(scene.events.some((event) => event.type === 'step' && event.step === 'wait for the VM gw-01 to shut down'));
    assert.ok(scene.events.every((event) => event.type !== 'waiting'));
  });

  it('leaves alone what others made', async () => {
    const scene = scenario({ kubevirt: false });
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw-01', namespace: 'edge' } }, new Map());
    await rejects(remove(scene), 'not-owned');
    assert.deepEqual(left(scene), ['VirtualMachine/gw-01']);
  });

  it('finds a Secret that a killed create left alone', async () => {
    const scene = scenario();
    scene.cluster.before = ({ verb, what }) => {
      if (verb === 'apply' && what === 'virtualmachines') throw new Error('killed');
    };
    await scene.clock.run(createDevice(scene.context, createRequest())).catch(() => undefined);
    assert.deepEqual(left(scene), ['Secret/gw-01-cloud-init']);
    scene.cluster.before = () => undefined;
    await remove(scene, { deregister: true });
    assert.deepEqual(left(scene), []);
    assert.equal(scene.hub.devices.size, 0, 'the Secret says which device it was');
  });

  for (const [when, stop] of [['while its VM shuts down', 'watch'], ['before the hub device is deleted', 'hub']] as const) {
    it(`stopped ${when}, --deregister is finished by the next delete, although the cluster has removed the rest`, async () => {
      const scene = await created();
      const stopped = new AbortController();
      const unblock = scene.hub.deleteDevice.bind(scene.hub);
      if (stop === 'hub') scene.hub.deleteDevice = () => Promise.reject(new EdgeVmError('hub-unreachable', 'no answer'));
      else scene.cluster.before = ({ verb }) => void (verb === 'watch' && stopped.abort());
      await rejects(scene.clock.run(deleteDevice({ ...scene.context, signal: stopped.signal }, deleteRequest({ deregister: true }))), stop === 'hub' ? 'hub-unreachable' : 'interrupted');
      scene.cluster.before = () => undefined;
      scene.hub.deleteDevice = unblock;
      await scene.clock.run(scene.clock.sleep(60_000));
      assert.deepEqual(left(scene).filter((object) => !object.startsWith('DataVolume') && !object.startsWith('Service')), ['Secret/gw-01-cloud-init']);
      assert.equal(scene.hub.devices.size, 1);
      assert.deepEqual(await selectDevices(scene.context, { namespace: 'edge' }), [{ name: 'gw-01', namespace: 'edge' }]);
      assert.deepEqual(await hubRestsOf(scene.context, {}, []), [{ name: 'gw-01', namespace: 'edge', device: { hub: 'hub.example.net', id: 'gw-01' } }]);
      assert.match((await remove(scene, { dryRun: 'client' })).warnings.join(), /was stopped before it deleted device gw-01 in hub hub\.example\.net, and this one leaves it there/);
      await remove(scene, { deregister: true });
      assert.deepEqual([left(scene), scene.hub.devices.size], [[], 0]);
    });
  }

  it('keeps the disks, a later create adopts them, and a later delete removes them', async () => {
    const scene = await created();
    const uid = scene.cluster.find('DataVolume', 'gw-01-root')!.metadata.uid;
    const result = await remove(scene, { keepDisk: true });
    assert.deepEqual(left(scene), ['DataVolume/gw-01-data', 'DataVolume/gw-01-root']);
    assert.ok(outcomes(result).includes('DataVolume/gw-01-root kept'));
    const root = scene.cluster.find('DataVolume', 'gw-01-root')!;
    assert.deepEqual(root.metadata.ownerReferences, []);
    assert.equal(root.metadata.labels?.['edge-vm.io/kept-disk'], 'true');

    const same = createRequest({ device: device({ spec: { gateway: { type: 'ClusterIP', ports: [8883] }, vm: { dataDisk: { size: '5Gi' } } } }) });
    const again = await scene.clock.run(createDevice(scene.context, same));
    assert.doesNotMatch(again.warnings.join(), /cloud-init does not run again/);
    assert.equal(scene.cluster.find('DataVolume', 'gw-01-root')!.metadata.uid, uid);
    assert.equal(scene.cluster.find('DataVolume', 'gw-01-root')!.metadata.ownerReferences?.[0]?.kind, 'VirtualMachine');
    await remove(scene, { keepDisk: true });
    await remove(scene);
    assert.deepEqual(left(scene), []);
  });

  describe('of a device with spec.deletionPolicy: Retain', () => {
    const retained = async (): Promise<Scenario> => {
      const scene = scenario();
      const spec = { identity: { register: {} }, deletionPolicy: 'Retain' as const };
      await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { deletionPolicy: 'Retain' } }), input: { metadata: { name: 'gw-01' }, spec } })));
      return scene;
    };

    it('keeps the disks, and says why', async () => {
      const scene = await retained();
      const planned = await remove(scene, { keepDisk: undefined, dryRun: 'client' });
      const result = await remove(scene, { keepDisk: undefined });
      assert.deepEqual(left(scene), ['DataVolume/gw-01-root']);
      for (const { changes } of [planned, result]) assert.deepEqual(changes.find(({ outcome }) => outcome === 'kept'), { kind: 'DataVolume', name: 'gw-01-root', outcome: 'kept', detail: 'spec.deletionPolicy is Retain' });
    });

    it('deletes them if the person says so', async () => {
      const scene = await retained();
      await remove(scene, { keepDisk: false });
      assert.deepEqual(left(scene), []);
    });

    it('gives no reason if the person asked to keep them', async () => {
      const result = await remove(await retained(), { keepDisk: true });
      assert.equal(result.changes.find(({ outcome }) => outcome === 'kept')?.detail, undefined);
    });

    it('refuses to delete the namespace with them, before anything is deleted', async () => {
      const scene = await retained();
      const error = await rejects(remove(scene, { keepDisk: undefined, deleteNamespace: true }), 'usage');
      assert.match(`${error.message} ${error.hint}`, /disks of gw-01 cannot be kept.*spec\.deletionPolicy is Retain/);
      assert.ok(left(scene).includes('VirtualMachine/gw-01'));
    });
  });

  it('lets the VM go even if a controller writes to it at the same time', async () => {
    const scene = await created();
    const mergePatch = scene.cluster.mergePatch.bind(scene.cluster);
    let conflicts = 3;
    scene.cluster.mergePatch = async (ref, patch, options) => {
      if (ref.type.kind === 'VirtualMachine' && scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.deletionTimestamp !== undefined && (conflicts -= 1) >= 0) {
        throw new EdgeVmError('conflict', 'the object has been modified');
      }
      return mergePatch(ref, patch, options);
    };
    await remove(scene, { keepDisk: true });
    assert.equal(conflicts, -1, 'it was tried until it was done');
    assert.deepEqual(left(scene).filter((object) => !object.startsWith('DataVolume')), []);
  });

  it('asks for the right to keep a disk before it touches the VM', async () => {
    const scene = await created();
    const before = left(scene);
    scene.cluster.forbidden.add('patch datavolumes');
    await rejects(remove(scene, { keepDisk: true }), 'forbidden');
    assert.deepEqual(left(scene), before);
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.deletionTimestamp, undefined);
  });

  it('keeps a disk of which CDI has left only the claim', async () => {
    const scene = await created({ kubevirt: false });
    const vm = scene.cluster.find('VirtualMachine', 'gw-01')!;
    const owner = { apiVersion: vm.apiVersion, kind: vm.kind, name: 'gw-01', uid: vm.metadata.uid! };
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'gw-01-root', namespace: 'edge', ownerReferences: [owner] } }, new Map());
    const result = await remove(scene, { keepDisk: true });
    assert.ok(outcomes(result).includes('PersistentVolumeClaim/gw-01-root kept'), outcomes(result).join());
    assert.deepEqual(scene.cluster.find('PersistentVolumeClaim', 'gw-01-root')?.metadata.ownerReferences, []);
  });

  it('says that it is too late to keep a disk that is being deleted', async () => {
    const scene = await created();
    scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'garbage-collector', (disk) => {
      disk.metadata.finalizers = ['cdi.kubevirt.io/dataVolumeFinalizer'];
      disk.metadata.deletionTimestamp = scene.clock.iso();
    });
    await rejects(remove(scene, { keepDisk: true }), 'vm-deleted');
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.deletionTimestamp, undefined);
  });

  it('does without pods, claims and namespaces where they are forbidden', async () => {
    const scene = await created();
    for (const right of ['watch pods', 'get persistentvolumeclaims', 'get namespaces']) scene.cluster.forbidden.add(right);
    await remove(scene, { keepDisk: true });
    assert.deepEqual(left(scene), ['DataVolume/gw-01-data', 'DataVolume/gw-01-root']);
  });

  it('lets a later create know that a kept disk was set up with other user-data', async () => {
    const scene = await created();
    await remove(scene, { keepDisk: true });
    const { warnings } = await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { guest: { user: 'somebody' } } }) })));
    assert.match(warnings.join(), /cloud-init does not run again/);
  });

  it('finishes what a killed run has left of a namespace that it was to delete', async () => {
    const scene = await created({}, true);
    const all = { namespace: scene.namespace, deleteNamespace: true };
    scene.cluster.before = (call) => {
      if (call.verb === 'delete' && call.what === 'namespaces') throw new EdgeVmError('no-cluster', 'killed');
    };
    await rejects(remove(scene, all), 'no-cluster');
    scene.cluster.before = () => undefined;
    await rejects(remove(scene, { namespace: scene.namespace }), 'not-found');
    assert.deepEqual(outcomes(await remove(scene, { ...all, dryRun: 'client' })), [`Namespace/${scene.namespace} deleted`]);
    await remove(scene, all);
    assert.equal(scene.cluster.find('Namespace', scene.namespace), undefined);
    assert.deepEqual(left(scene), []);
  });

  it('deregisters once the VM is gone, and only with a credential for that hub', async () => {
    const scene = await created();
    const { hub: _none, ...without } = scene.context;
    await rejects(scene.clock.run(deleteDevice(without, deleteRequest({ deregister: true }))), 'usage');
    scene.hub.before = (call) => {
      if (call === 'deleteDevice') assert.equal(scene.cluster.find('VirtualMachine', 'gw-01'), undefined);
    };
    const result = await remove(scene, { deregister: true, wait: false });
    assert.ok(outcomes(result).includes('Device/gw-01 deleted'));
    assert.equal(scene.hub.devices.size, 0);
  });

  it('only says what it would do in a dry run', async () => {
    const scene = await created();
    const before = left(scene);
    const result = await remove(scene, { dryRun: 'client', keepDisk: true });
    assert.deepEqual(left(scene), before);
    assert.ok(outcomes(result).includes('DataVolume/gw-01-root kept'));
  });

  for (const keepDisk of [false, true]) {
    it(`is finished by the next run wherever it was killed${keepDisk ? ' (--keep-disk)' : ''}`, async () => {
      const whole = await created();
      const start = whole.cluster.calls.length;
      await remove(whole, { keepDisk });
      const requests = whole.cluster.calls.length - start;
      for (const when of ['before', 'after'] as const) {
        for (let kill = 0; kill < requests; kill++) {
          const scene = await created();
          let count = 0;
          scene.cluster[when] = () => {
            if (count++ === kill) throw new Error('killed');
          };
          await remove(scene, { keepDisk }).catch(() => undefined);
          scene.cluster[when] = () => undefined;
          await remove(scene, { keepDisk, ignoreNotFound: true });
          assert.deepEqual(left(scene), left(whole), `killed ${when} request ${kill}`);
        }
      }
    }).timeout(60_000);
  }
});
