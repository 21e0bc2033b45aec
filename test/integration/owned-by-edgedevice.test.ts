import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import type { DeviceResult } from '../../src/readiness/types.js';
import { assertCause, assertCode } from './harness/cli.js';
import { installDefinitions } from './harness/custom-resources.js';
import { eventually, versionsOf } from './harness/objects.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const spec = { identity: { register: {} }, vm: { memory: '2Gi' } };

describe('a device that an EdgeDevice of the cluster keeps', () => {
  let scene: Scene;
  let name: string;
  const owner = (): DeviceResult['owner'] => ({ kind: 'EdgeDevice', name });

  /** Makes an EdgeDevice with that name in the scene; gives its owner reference. */
  async function edgeDevice(named: string): Promise<object> {
    const made = JSON.parse(await kubectl(['create', '-n', scene.namespace, '-f', '-', '-o', 'json'], JSON.stringify({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: named, labels: { site: 'north' } }, spec }))) as { metadata: { uid: string } };
    return { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: named, uid: made.metadata.uid, controller: true, blockOwnerDeletion: true };
  }

  before(async () => {
    await installDefinitions();
    scene = await openScene('owned');
    name = scene.name();
    assertCode(await scene.run(['create', name, '--register', '--gateway', '--memory', '2Gi', '-o', 'json']), 0);
    const reference = await edgeDevice(name);
    for (const [kind, one] of [['vm', name], ['secret', `${name}-cloud-init`], ['service', name]] as const) {
      await kubectl(['patch', kind, one, '-n', scene.namespace, '--type', 'merge', '-p', JSON.stringify({ metadata: { ownerReferences: [reference] } })]);
    }
  });
  after(() => scene.close());

  it('is changed and deleted by no command, not even tried', async () => {
    const before = await versionsOf(scene, name);
    const file = await scene.file('device.json', JSON.stringify({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name }, spec: { ...spec, vm: { memory: '3Gi' } } }));
    for (const args of [
      ['create', name, '--register', '--memory', '3Gi', '--yes'], ['create', '-f', file, '--dry-run=server', '--yes'], ['create', '-f', file, '--dry-run=client'], ['set', name, '--memory', '3Gi'],
      ['delete', name, '--deregister'], ['delete', name, '--dry-run=server'], ['delete', name, '--keep-disk', '--ignore-not-found'],
    ]) {
      const cause = assertCause(await scene.run([...args, '-o', 'json']), 2, 'owned-by-edgedevice');
      assert.equal(cause.message, `device ${name} is kept by EdgeDevice ${name} in namespace ${scene.namespace}`);
      assert.deepEqual(cause.details?.['owner'], owner());
    }
    assert.deepEqual(await versionsOf(scene, name), before);
    assert.notEqual(await scene.hub.device(name), undefined);
  });

  it('is shown, compared, restarted and followed as every device, with its owner', async () => {
    const [status, list, wait] = await Promise.all([scene.run(['status', name, '-o', 'json']), scene.run(['list', '-o', 'json']), scene.run(['wait', name, '-o', 'json'])]);
    for (const run of [status, list, wait]) assertCode(run, 0);
    for (const result of [status.json(), wait.json(), ...list.json<{ items: DeviceResult[] }>().items]) assert.deepEqual([result.ready, result.owner], [true, owner()]);
    assert.match((await scene.run(['status', name])).stdout, new RegExp(`^kept by EdgeDevice ${name}: kubectl edit edgedevice ${name} -n ${scene.namespace}$`, 'm'));
    assert.match((await scene.run(['list', '-o', 'wide'])).stdout, new RegExp(` EdgeDevice/${name} `));
    const restarted = await scene.run(['restart', name, '-o', 'json']);
    assertCode(restarted, 0);
    assert.deepEqual([restarted.json().ready, restarted.json().owner], [true, owner()]);
    assertCode(await scene.run(['start', name, '--no-wait']), 0);
  });

  it('is printed by get as the EdgeDevice of the cluster, which kubectl apply takes', async () => {
    const got = await scene.run(['get', name, '-o', 'json']);
    assertCode(got, 0);
    const live = await scene.get(kinds.EdgeDevice, name);
    assert.deepEqual(got.json(), { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name, namespace: scene.namespace, labels: { site: 'north' } }, spec: live!.spec });
    const applied = await kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], got.stdout);
    assert.match(applied, /edgedevice\.edge-vm\.io\/.* serverside-applied/);
    const diff = await scene.run(['diff', '-f', await scene.file('other.json', JSON.stringify({ ...got.json<object>(), spec: { ...spec, gateway: {}, vm: { memory: '3Gi' } } }))]);
    assertCode(diff, 1);
    assert.match(diff.stdout, /spec\.vm\.memory: 2Gi → 3Gi/);
  });

  it('keeps its name also before it has a VM', async () => {
    const early = scene.name();
    await edgeDevice(early);
    for (const args of [['create', early, '--register'], ['create', early, '--register', '--dry-run=server'], ['delete', early, '--ignore-not-found']]) {
      assertCause(await scene.run([...args, '-o', 'json']), 2, 'owned-by-edgedevice');
    }
    assert.match(assertCause(await scene.run(['status', early, '-o', 'json']), 3, 'not-found').message, /is kept by EdgeDevice .*, and has no VirtualMachine yet$/);
    assert.equal(await scene.hub.device(early), undefined, 'nothing was registered');
  });

  it('is a person’s again after its EdgeDevice went and left it', async () => {
    await kubectl(['delete', 'edgedevices.edge-vm.io', name, '-n', scene.namespace, '--cascade=orphan']);
    await eventually('the garbage collector frees the objects', async () => (await Promise.all([scene.get(kinds.VirtualMachine, name), scene.get(kinds.Secret, `${name}-cloud-init`), scene.get(kinds.Service, name)])).every((object) => object !== undefined && (object.metadata.ownerReferences ?? []).length === 0));
    const set = await scene.run(['set', name, '--annotation', 'note=x', '--no-wait', '-o', 'json']);
    assertCode(set, 0);
    assert.equal(Object.hasOwn(set.json(), 'owner'), false);
    assertCode(await scene.run(['delete', name, '--deregister']), 0);
  });
});
