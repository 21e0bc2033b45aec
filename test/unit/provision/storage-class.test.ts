import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

type Vm = NonNullable<NonNullable<EdgeDeviceInput['spec']>['vm']>;

function storageClass(scene: Scenario, name: string): void {
  scene.cluster.store.put({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } }, new Map());
}

async function create(scene: Scenario, vm: Vm): Promise<EdgeVmError | undefined> {
  const request = createRequest({ device: device({ spec: { identity: { register: { deviceId: 'gw-01' } }, vm } }) });
  const error: unknown = await scene.clock.run(createDevice(scene.context, request)).then(() => undefined, (reason: unknown) => reason);
  if (error !== undefined && !EdgeVmError.is(error)) throw error;
  return error;
}

const reads = (scene: Scenario): string[] => scene.cluster.calls.filter(({ what }) => what === 'storageclasses' || what === 'persistentvolumes').map(({ verb, what }) => `${verb} ${what}`);

describe('createDevice and storage classes', () => {
  it('refuses a class that does not exist before anything is made, and names those that do', async () => {
    const scene = scenario();
    for (const name of ['managed-csi', 'azurefile']) storageClass(scene, name);
    const error = await create(scene, { disk: { storageClass: 'managed-cis' }, dataDisk: { size: '5Gi', storageClass: 'azurefile' } });
    assert.equal(error?.code, 'not-found');
    assert.match(error.message, /no storage class managed-cis, which disk gw-01-root asks for$/);
    assert.equal(error.hint, 'The cluster has: azurefile, managed-csi. Did you mean managed-csi?');
    assert.deepEqual(error.advice, [{ do: 'set', field: 'spec.vm.disk.storageClass' }]);
    assert.deepEqual(scene.cluster.writes, []);
    assert.equal(scene.hub.devices.size, 0);
  });

  it('refuses the class of a data disk too, also on a device that runs', async () => {
    const scene = scenario();
    assert.equal(await create(scene, {}), undefined);
    const error = await create(scene, { dataDisk: { size: '5Gi', storageClass: 'nope' } });
    assert.match(error?.message ?? '', /nope, which disk gw-01-data asks for/);
    assert.deepEqual(error?.advice, [{ do: 'set', field: 'spec.vm.dataDisk.storageClass' }]);
  });

  it('reads no class where none is named, and one where one is', async () => {
    const scene = scenario();
    storageClass(scene, 'fast');
    await create(scene, {});
    assert.deepEqual(reads(scene), []);
    const other = scenario();
    storageClass(other, 'fast');
    assert.equal(await create(other, { disk: { storageClass: 'fast' } }), undefined);
    assert.deepEqual(reads(other), ['get storageclasses']);
  });

  it('accepts the class of a volume that was made by hand', async () => {
    const scene = scenario();
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'disk-1' }, spec: { storageClassName: 'manual' } }, new Map());
    assert.equal(await create(scene, { disk: { storageClass: 'manual' } }), undefined);
  });

  for (const right of ['get storageclasses', 'list persistentvolumes']) {
    it(`refuses nothing without the right to ${right}`, async () => {
      const scene = scenario();
      scene.cluster.forbidden.add(right);
      assert.equal(await create(scene, { disk: { storageClass: 'nope' } }), undefined);
    });
  }

  it('does not ask again for a device whose class is gone', async () => {
    const scene = scenario();
    storageClass(scene, 'old');
    await create(scene, { disk: { storageClass: 'old' } });
    await scene.cluster.delete({ type: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', plural: 'storageclasses', namespaced: false }, name: 'old' });
    assert.equal(await create(scene, { disk: { storageClass: 'old' }, memory: '4Gi' }), undefined);
  });
});
