import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { listKeptDisks } from '../../../src/provision/kept-disks.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, device, scenario } from '../../helpers/scenario.js';

describe('disks that were kept', () => {
  it('are shown with their device until a device uses them again', async () => {
    const scene = scenario();
    const { context, clock } = scene;
    const request = createRequest({ device: device({ spec: { identity: { register: { deviceId: 'gw-01' } }, vm: { dataDisk: { size: '5Gi' } } } }) });
    await clock.run(createDevice(context, request));
    assert.deepEqual(await listKeptDisks(context), []);
    await clock.run(deleteDevice(context, deleteRequest({ keepDisk: true })));
    const of = { namespace: 'edge', kind: 'DataVolume', instance: 'gw-01', device: { hub: 'hub.example.net', id: 'gw-01' } };
    assert.deepEqual(await listKeptDisks(context, { namespace: 'edge' }), [{ name: 'gw-01-data', size: '5Gi', ...of }, { name: 'gw-01-root', size: '20Gi', ...of }]);
    assert.deepEqual(await listKeptDisks(context, { namespace: 'other' }), []);
    assert.deepEqual((await listKeptDisks(context, { instance: 'gw-02' })), []);
    const gone: unknown = await clock.run(getStatus(context, { name: 'gw-01', namespace: 'edge' })).catch((error: unknown) => error);
    assert.ok(EdgeVmError.is(gone) && gone.code === 'not-found');
    assert.match(gone.message, /a deleted device of that name left gw-01-data, gw-01-root/);
    await clock.run(createDevice(context, request));
    assert.deepEqual(await listKeptDisks(context), []);
  });

  it('are found by their claim if CDI has deleted the DataVolume, and are left out for a person who may not list them', async () => {
    const scene = scenario();
    const labels = { 'app.kubernetes.io/managed-by': 'edge-vm', 'app.kubernetes.io/instance': 'gw-01', 'edge-vm.io/kept-disk': 'true' };
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'gw-01-root', namespace: 'edge', labels }, spec: { resources: { requests: { storage: '20Gi' } } } }, new Map());
    assert.deepEqual((await listKeptDisks(scene.context)).map(({ kind, name, size }) => [kind, name, size]), [['PersistentVolumeClaim', 'gw-01-root', '20Gi']]);
    scene.cluster.forbidden.add('list persistentvolumeclaims').add('list datavolumes');
    assert.deepEqual(await listKeptDisks(scene.context), []);
  });
});
