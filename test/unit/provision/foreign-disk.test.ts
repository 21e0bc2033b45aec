import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

  it('refuses a foreign claim for a disk that a device gets later', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'gw-01-data', namespace: 'edge' }, spec: {} }, new Map());
    const error = await refusal(scene, createRequest({ device: device({ spec: { identity: { register: { deviceId: 'gw-01' } }, vm: { dataDisk: { size: '5Gi' } } } }) }));
    assert.match(error?.message ?? '', /PersistentVolumeClaim edge\/gw-01-data exists and was not made by edge-vm/);
  });

  it('refuses a foreign second disk of a template, and leaves nothing in the hub', async () => {
    const scene = scenario();
    const templateFile = readFileSync(new URL('../../../../test/fixtures/cases/second-volume.yaml', import.meta.url), 'utf8');
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'gw-01-modules', namespace: 'edge' }, spec: {} }, new Map());
    const error = await refusal(scene, createRequest({ device: device({ spec: { identity: { register: { deviceId: 'gw-01' } }, vm: { templateFile } } }) }));
    assert.match(error?.message ?? '', /gw-01-modules/);
    assert.equal(scene.hub.devices.size, 0);
  });

  it('asks for CDI where the template brings a disk, and not where it brings none', async () => {
    const scene = scenario();
    scene.cluster.served.delete('cdi.kubevirt.io/v1beta1');
    const template = readFileSync(new URL('../../../../test/fixtures/cases/limits.yaml', import.meta.url), 'utf8');
    const request = (templateFile: string): ReturnType<typeof createRequest> => createRequest({ device: device({ spec: { identity: { register: { deviceId: 'gw-01' } }, vm: { templateFile } } }) });
    assert.equal((await refusal(scene, request(template)))?.code, 'no-cdi');
    const claim = template.replace(/ {2}dataVolumeTemplates:[^]*?(?= {2}template:)/, '').replace('dataVolume:\n          name: line-3-os', 'persistentVolumeClaim:\n          claimName: mine');
    assert.equal(await refusal(scene, request(claim)), undefined);
  });

  it('refuses the disk that was kept from another device, and takes up its own', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    await scene.clock.run(deleteDevice(scene.context, deleteRequest({ keepDisk: true })));
    const other = createRequest({ device: device({ metadata: { name: 'gw-01' }, spec: { identity: { register: { deviceId: 'other' } } } }), identity: { kind: 'register', deviceId: 'other' } });
    assert.match((await refusal(scene, other))?.message ?? '', /kept from device gw-01 of hub.example.net/);
    assert.equal(await refusal(scene), undefined);
  });
});
