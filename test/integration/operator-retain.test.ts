import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { openOperatorLab, type OperatorLab } from './harness/operator.js';
import { everyEnd } from './harness/every-end.js';
import { eventually } from './harness/objects.js';
import { kubectl } from './harness/programs.js';
import { removeDevices } from './harness/remove-devices.js';
import { openScene, type Scene } from './harness/scene.js';

/** The garbage collector of Kubernetes itself decides here. */
describe('deletionPolicy Retain', () => {
  let scene: Scene;
  let lab: OperatorLab;
  before(async () => {
    scene = await openScene('retain');
    lab = await openOperatorLab(scene);
  });
  after(() => everyEnd(() => lab.close(), () => removeDevices(scene), () => scene.close()));

  it('keeps the disks in each kind of cascade, also while no operator runs', async () => {
    const cascades = ['foreground', 'background', 'orphan'];
    const nameOf = (cascade: string): string => `${cascade}-${scene.namespace}`;
    const devices = cascades.map((cascade) => ({
      apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: nameOf(cascade) }, spec: { identity: { register: {} }, deletionPolicy: 'Retain' },
    }));
    const first = await lab.start(['--no-leader-election']);
    await kubectl(['apply', '-n', scene.namespace, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: devices }));
    const diskOf = (cascade: string): ReturnType<Scene['get']> => scene.get(kinds.DataVolume, `${nameOf(cascade)}-root`);
    for (const cascade of cascades) await eventually(`the disk of ${cascade} is guarded`, async () => (await diskOf(cascade))?.metadata.ownerReferences?.some(({ kind }) => kind === 'Namespace') === true && (await diskOf(cascade))?.status?.['phase'] === 'Succeeded');
    const uids = await Promise.all(cascades.map(async (cascade) => (await diskOf(cascade))?.metadata.uid));
    first.kill('SIGTERM');
    await first.ended;

    for (const cascade of cascades) await kubectl(['delete', 'edgedevice', nameOf(cascade), '-n', scene.namespace, `--cascade=${cascade}`, '--wait=false']);
    await eventually('the garbage collector has deleted the VM', async () => (await scene.get(kinds.VirtualMachine, nameOf('foreground'))) === undefined);
    await lab.start(['--no-leader-election']);
    await eventually('the EdgeDevices are gone', async () => (await scene.list(kinds.EdgeDevice)).length === 0);
    for (const cascade of ['foreground', 'background']) {
      const disk = await diskOf(cascade);
      assert.deepEqual(disk?.metadata.ownerReferences ?? [], [], cascade);
      assert.equal(disk?.metadata.labels?.['edge-vm.io/kept-disk'], 'true');
      assert.equal(disk.metadata.annotations?.['edge-vm.io/device-id'], nameOf(cascade));
      assert.equal(await scene.hub.device(nameOf(cascade)), undefined, 'the hub device went');
    }
    assert.deepEqual((await diskOf('orphan'))?.metadata.ownerReferences?.map(({ kind }) => kind), ['VirtualMachine'], 'the device stays as it is');
    assert.deepEqual(await Promise.all(cascades.map(async (cascade) => (await diskOf(cascade))?.metadata.uid)), uids);

    const again = { ...devices[0]!, spec: { ...devices[0]!.spec, firstBootGeneration: 2 } };
    await kubectl(['apply', '-n', scene.namespace, '-f', '-'], JSON.stringify(again));
    await eventually('a new device of that name is ready', async () => (await scene.get(kinds.EdgeDevice, nameOf('foreground')))?.status?.['stage'] === 'connected', 120);
    assert.equal((await diskOf('foreground'))?.metadata.uid, uids[0], 'with the kept disk');
    assert.deepEqual(lab.proxy.seen.filter(({ status }) => status === 403), []);
  });
});
