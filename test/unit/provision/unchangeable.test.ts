import assert from 'node:assert/strict';
import { createDevice, prepareDevice } from '../../../src/provision/create/index.js';
import { getDevice } from '../../../src/provision/kept/get.js';
import type { CreateRequest } from '../../../src/provision/types.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { createRequest, device, scenario } from '../../helpers/scenario.js';

const asked = (vm: NonNullable<EdgeDeviceInput['spec']>['vm'], over: Partial<CreateRequest> = {}): CreateRequest => {
  const input = { metadata: { name: 'gw-01' }, spec: { identity: { register: {} }, vm: vm! } };
  return createRequest({ device: device(input), input, ...over });
};
const first = { dataDisk: { size: '5Gi' } };

describe('a field that cannot change on an existing device', () => {
  for (const [field, vm, values] of [
    ['spec.vm.architecture', { ...first, architecture: 'arm64' }, 'amd64 → arm64'],
    ['spec.vm.disk.size', { ...first, disk: { size: '30Gi' } }, '20Gi → 30Gi'],
    ['spec.vm.image', { ...first, image: 'docker://example.net/other:1' }, 'none → docker://example.net/other:1'],
    ['spec.vm.dataDisk.size', { dataDisk: { size: '9Gi' } }, '5Gi → 9Gi'],
  ] as const) {
    it(`${field} is refused before anything changes, and a comparison shows it`, async () => {
      const scene = scenario();
      await scene.clock.run(createDevice(scene.context, asked(first)));
      const before = scene.cluster.store.all().map(({ metadata }) => metadata.resourceVersion);
      await assert.rejects(scene.clock.run(createDevice(scene.context, asked(vm))), { code: 'invalid-input', message: `${field}: cannot change on an existing device: delete the device and create it again (${values})` });
      assert.deepEqual(scene.cluster.store.all().map(({ metadata }) => metadata.resourceVersion), before);
      assert.deepEqual((await getDevice(scene.context, { name: 'gw-01', namespace: 'edge' })).spec?.vm, first);
      const { consequences } = await scene.clock.run(prepareDevice(scene.context, asked(vm, { compareOnly: true, dryRun: 'client' })));
      assert.deepEqual(consequences.map(({ path, effect }) => [path, effect]), [[field, 'never']]);
    });
  }

  it('may change while its disk was never filled, and back to what the disk is', async () => {
    const scene = scenario({ kubevirt: { disk: 'Pending', instance: 'Pending' } });
    await scene.clock.run(createDevice(scene.context, asked({ disk: { size: '20Gi' } }, { wait: false })));
    await scene.clock.run(createDevice(scene.context, asked({ disk: { size: '30Gi' } }, { wait: false })));
    scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'cdi', (disk) => {
      disk.status = { phase: 'Succeeded' };
      disk.spec = { ...disk.spec, storage: { resources: { requests: { storage: '40Gi' } } } };
    });
    await scene.clock.run(createDevice(scene.context, asked({ disk: { size: '40Gi' } }, { wait: false })));
  });
});
