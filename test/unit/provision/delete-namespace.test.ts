import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import type { DeleteRequest } from '../../../src/provision/types.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import type { CauseCode } from '../../../src/support/causes.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

type Scene = Scenario & { namespace: string };

async function created(): Promise<Scene> {
  const scene = scenario();
  const { namespace } = await scene.clock.run(createDevice(scene.context, createRequest({ namespacePerDevice: true })));
  return { ...scene, namespace };
}

const remove = (scene: Scene, change: Partial<DeleteRequest> = {}): Promise<DeviceResult> => scene.clock.run(deleteDevice(scene.context, deleteRequest({ namespace: scene.namespace, ...change })));
const stays = (scene: Scene): boolean => scene.cluster.find('Namespace', scene.namespace, '') !== undefined;
const outcome = (result: DeviceResult): string | undefined => result.changes.find(({ kind }) => kind === 'Namespace')?.outcome;

/** Refused before anything was deleted. */
async function refused(scene: Scene, code: CauseCode, change: Partial<DeleteRequest> = {}): Promise<EdgeVmError> {
  const before = scene.cluster.writes.length;
  const error: unknown = await remove(scene, { deleteNamespace: true, ...change }).then(() => assert.fail('it was deleted'), (one: unknown) => one);
  assert.ok(EdgeVmError.is(error));
  assert.equal(error.code, code);
  assert.equal(scene.cluster.writes.length, before);
  return error;
}

describe('the namespace that edge-vm made', () => {
  it('stays, and the result says so', async () => {
    const scene = await created();
    const result = await remove(scene);
    assert.equal(outcome(result), 'kept');
    assert.match(result.changes.find(({ kind }) => kind === 'Namespace')?.detail ?? '', /edge-vm made it/);
    assert.ok(stays(scene));
    assert.equal(scene.cluster.find('Secret', 'gw-01-cloud-init', scene.namespace), undefined);
  });

  it('goes when it is asked for, with all that others have put into it', async () => {
    const scene = await created();
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', namespace: scene.namespace } }, new Map());
    assert.equal(outcome(await remove(scene, { deleteNamespace: true, dryRun: 'client' })), 'deleted');
    assert.ok(stays(scene));
    assert.equal(outcome(await remove(scene, { deleteNamespace: true })), 'deleted');
    assert.ok(!stays(scene));
  });

  it('goes afterwards too, when all else is gone: a run was killed, or nobody had asked for it', async () => {
    const scene = await created();
    await remove(scene);
    const error: unknown = await remove(scene).catch((one: unknown) => one);
    assert.ok(EdgeVmError.is(error));
    assert.equal(error.code, 'not-found');
    assert.deepEqual(error.advice, [{ do: 'use', option: 'deleteNamespace' }]);
    assert.equal(outcome(await remove(scene, { deleteNamespace: true })), 'deleted');
    assert.ok(!stays(scene));
  });

  it('is refused where another device of edge-vm lives in it, or a disk that was kept', async () => {
    const scene = await created();
    const other = createRequest({ identity: { kind: 'register', deviceId: 'gw-02' }, device: device({ metadata: { name: 'gw-02', namespace: scene.namespace }, spec: { identity: { register: { deviceId: 'gw-02' } } } }) });
    await scene.clock.run(createDevice(scene.context, other));
    const error = await refused(scene, 'not-owned');
    assert.match(error.message, /also holds gw-02 \(VirtualMachine gw-02, DataVolume gw-02-root\)$/);
    assert.deepEqual(error.details['devices'], ['gw-02']);
    await remove(scene, { name: 'gw-02', keepDisk: true });
    assert.match((await refused(scene, 'not-owned')).message, /also holds gw-02 \(DataVolume gw-02-root\)$/);
    await remove(scene, { name: 'gw-02' });
    assert.equal(outcome(await remove(scene, { deleteNamespace: true })), 'deleted');
  });

  it('is refused where the right is missing, with disks that are to stay, and for one that edge-vm did not make', async () => {
    const scene = await created();
    assert.match((await refused(scene, 'usage', { keepDisk: true })).message, /cannot be kept/);
    scene.cluster.forbidden.add('delete namespaces');
    assert.deepEqual((await refused(scene, 'forbidden')).details['missing'], ['delete namespaces']);
    scene.cluster.forbidden.add('get namespaces');
    await refused(scene, 'forbidden');
    const shared = { ...scenario(), namespace: 'edge' };
    shared.cluster.store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'edge' } }, new Map());
    await shared.clock.run(createDevice(shared.context, createRequest()));
    const foreign = await refused(shared, 'not-owned');
    assert.match(foreign.message, /was not made by edge-vm/);
    assert.match(foreign.hint ?? '', /kubectl delete namespace edge$/);
  });

  it('is looked at with the rights on namespaces, virtual machines and disks alone', async () => {
    const scene = await created();
    const from = scene.cluster.calls.length;
    await remove(scene, { deleteNamespace: true });
    const lists = scene.cluster.calls.slice(from).filter(({ verb }) => verb === 'list').map(({ what }) => what);
    assert.deepEqual([...new Set(lists)].sort(), ['datavolumes', 'virtualmachines']);
  });
});
