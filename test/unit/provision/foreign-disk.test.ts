import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

const disk = (kind: 'DataVolume' | 'PersistentVolumeClaim', scene: Scenario): void => {
  const apiVersion = kind === 'DataVolume' ? 'cdi.kubevirt.io/v1beta1' : 'v1';
  scene.cluster.store.put({ apiVersion, kind, metadata: { name: 'gw-01-root', namespace: 'edge' }, spec: {} }, new Map());
};

async function refusal(scene: Scenario, request = createRequest()): Promise<EdgeVmError | undefined> {
  const error: unknown = await scene.clock.run(createDevice(scene.context, request)).then(() => undefined, (reason: unknown) => reason);
  return EdgeVmError.is(error) ? error : undefined;
}

describe('createDevice and disks that are there', () => {
  for (const kind of ['DataVolume', 'PersistentVolumeClaim'] as const) {
    it(`refuses a ${kind} of somebody else’s, which KubeVirt would take over`, async () => {
      const scene = scenario();
      disk(kind, scene);
      const error = await refusal(scene);
      assert.equal(error?.code, 'not-owned');
      assert.match(error.message, new RegExp(`${kind} edge/gw-01-root`));
      assert.deepEqual(scene.cluster.writes, []);
    });
  }

  it('refuses the disk that was kept from another device, and takes up its own', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    await scene.clock.run(deleteDevice(scene.context, deleteRequest({ keepDisk: true })));
    const other = createRequest({ device: device({ metadata: { name: 'gw-01' }, spec: { identity: { register: { deviceId: 'other' } } } }), identity: { kind: 'register', deviceId: 'other' } });
    assert.match((await refusal(scene, other))?.message ?? '', /kept from device gw-01 of hub.example.net/);
    assert.equal(await refusal(scene), undefined);
  });
});
