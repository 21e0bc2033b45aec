import assert from 'node:assert/strict';
import { startCaches } from '../../src/cluster/cached/index.js';
import { connectCluster, kinds } from '../../src/cluster/index.js';
import { ref } from '../../src/cluster/ref.js';
import { watchedTypes } from '../../src/operator/watched.js';
import { eventually } from './harness/objects.js';
import { openOperatorLab, type OperatorLab } from './harness/operator.js';
import { kubectl } from './harness/programs.js';
import { rightsUsed } from './harness/rights.js';
import { removeDevices } from './harness/remove-devices.js';
import { openScene, type Scene } from './harness/scene.js';

/** The client does not send it again by itself. */
const failed = { status: 409, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 409, reason: 'Conflict', message: 'for the test' }), headers: { 'content-type': 'application/json' } };

/** After a write that failed, the operator reads the object itself; and some rights are for what happens seldom. With a right less, the API server refuses a request. */
describe('rights of the operator that only failures need', () => {
  let scene: Scene;
  let lab: OperatorLab;
  let storageClass: string;
  before(async () => {
    scene = await openScene('failing');
    storageClass = `none-${scene.namespace}`;
    lab = await openOperatorLab(scene);
  });
  after(async () => {
    lab.proxy.decide = () => 'pass';
    await lab.close();
    await removeDevices(scene);
    await kubectl(['delete', 'storageclass', storageClass, '--ignore-not-found']);
    await scene.close();
  });

  const apply = (name: string, spec: object): Promise<string> => kubectl(['apply', '-n', scene.namespace, '-f', '-'], JSON.stringify({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name }, spec: { identity: { register: {} }, ...spec } }));
  const patch = (kind: string, name: string, change: object): Promise<string> => kubectl(['patch', kind, name, '-n', scene.namespace, '--type', 'merge', '-p', JSON.stringify(change)]);
  const uses = (right: string): Promise<boolean> => eventually(`the right ${right} is used`, async () => rightsUsed(lab.proxy.seen).has(right));
  const refused = (): string[] => lab.proxy.seen.filter(({ status }) => status === 403).map(({ method, path }) => `${method} ${path}`);

  /** The first write of each of these fails, and `write` brings it about. */
  async function failing(writes: readonly string[], write: () => Promise<unknown>): Promise<void> {
    const left = new Set(writes);
    lab.proxy.decide = ({ method, path, writes: isWrite }) => {
      const found = isWrite ? [...left].find((one) => one === `${method} ${path.split('?', 1)[0]!.split('/').find((part) => writes.some((of) => of.endsWith(` ${part}`))) ?? ''}`) : undefined;
      if (found === undefined) return 'pass';
      left.delete(found);
      return failed;
    };
    await write();
    await eventually(`these writes fail: ${writes.join(', ')}`, async () => left.size === 0);
    lab.proxy.decide = () => 'pass';
  }

  it('are enough to read again what could not be written', async () => {
    const [name, huge, open] = [scene.name('one'), scene.name('huge'), scene.name('open')];
    const first = await lab.start(['--no-leader-election']);
    await failing(['PATCH edgedevices', 'PATCH virtualmachines', 'PATCH services', 'PATCH datavolumes'], () => apply(name, { deletionPolicy: 'Retain', gateway: {} }));
    for (const of of ['edge-vm.io/edgedevices', 'kubevirt.io/virtualmachines', '/services', 'cdi.kubevirt.io/datavolumes']) await uses(`${of} get`);

    // Its claim waits for a provisioner that does not run, and no object says so.
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: storageClass }, provisioner: 'example.com/none' }));
    await apply(open, { vm: { disk: { storageClass, accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' } } });
    await apply(huge, { vm: { memory: '2Ti' } });
    await eventually('the instance has no node', async () => (await scene.get(kinds.VirtualMachineInstance, huge))?.status?.['phase'] === 'Scheduling');
    await failing(['DELETE virtualmachineinstances'], () => patch('edgedevice', huge, { spec: { vm: { memory: '1Gi' } } }));
    await uses('kubevirt.io/virtualmachineinstances get');

    await uses('/events list');
    const secret = `${name}-cloud-init`;
    await eventually('the device is connected', async () => (await scene.get(kinds.EdgeDevice, name))?.status?.['stage'] === 'connected');
    const restored = async (): Promise<void> => {
      await kubectl(['delete', 'secret', secret, '-n', scene.namespace]);
      await eventually('the Secret is there again', async () => scene.get(kinds.Secret, secret));
    };
    for (let time = 0; time < 2; time += 1) await restored();
    await uses('/events patch');
    first.kill('SIGTERM');
    await first.ended;
    const second = await lab.start(['--no-leader-election']);
    await restored().catch((error: Error) => assert.fail(`${error.message}\n${second.output().slice(-3_000)}`));
    await uses('/events get');

    // CDI gives the claim to the VM if it deletes the DataVolume.
    const { uid } = (await scene.get(kinds.VirtualMachine, name))!.metadata;
    await patch('pvc', `${name}-root`, { metadata: { ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name, uid }] } });
    await failing(['PATCH persistentvolumeclaims'], () => kubectl(['delete', 'edgedevice', name, '-n', scene.namespace, '--wait=false']));
    for (const verb of ['patch', 'get']) await uses(`/persistentvolumeclaims ${verb}`);
    await eventually('the EdgeDevice is gone, and the disk is kept', async () => (await scene.get(kinds.EdgeDevice, name)) === undefined && (await scene.get(kinds.PersistentVolumeClaim, `${name}-root`)) !== undefined);
    assert.deepEqual(refused(), []);
  });

  it('are enough to know whether a node is lost', async () => {
    const cluster = await connectCluster({ kubeconfig: lab.proxy.kubeconfig });
    const stop = new AbortController();
    try {
      // Until the caches are filled, they pass both on.
      const nodes = await cluster.list(kinds.Node);
      assert.ok(nodes.length > 0);
      assert.equal((await cluster.get(ref(kinds.Node, nodes[0]!.metadata.name)))?.metadata.uid, nodes[0]!.metadata.uid);
      const caches = startCaches(cluster, watchedTypes().filter(({ type }) => type.kind === kinds.Node.kind), { signal: stop.signal });
      await caches.synced;
      assert.deepEqual(caches.failing, []);
      for (const verb of ['get', 'list', 'watch']) await uses(`/nodes ${verb}`);
    } finally {
      stop.abort();
      cluster.close();
    }
    assert.deepEqual(refused(), []);
  });
});
