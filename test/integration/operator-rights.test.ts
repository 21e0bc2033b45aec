import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import type { EdgeDeviceStatus, StatusCondition } from '../../src/operator/types.js';
import { openOperatorLab, type OperatorLab } from './harness/operator.js';
import { everyEnd } from './harness/every-end.js';
import { eventually } from './harness/objects.js';
import { kubectl } from './harness/programs.js';
import { rightsUsed } from './harness/rights.js';
import { removeDevices } from './harness/remove-devices.js';
import { openScene, type Scene } from './harness/scene.js';

/** What needs a failure or an unusual setting. With a right less, the API server refuses a request. */
describe('rights of the operator that are seldom used', () => {
  let scene: Scene;
  let lab: OperatorLab;
  before(async () => {
    scene = await openScene('rare');
    lab = await openOperatorLab(scene);
  });
  after(() => everyEnd(() => lab.close(), () => removeDevices(scene), () => scene.close()));

  const apply = (name: string, spec: object): Promise<string> => kubectl(['apply', '-n', scene.namespace, '-f', '-'], JSON.stringify({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name }, spec: { identity: { register: {} }, ...spec } }));
  const patch = (name: string, spec: object): Promise<string> => kubectl(['patch', 'edgedevice', name, '-n', scene.namespace, '--type', 'merge', '-p', JSON.stringify({ spec })]);
  const condition = async (name: string, type: string): Promise<StatusCondition | undefined> => ((await scene.get(kinds.EdgeDevice, name))?.status as EdgeDeviceStatus | undefined)?.conditions?.find((one) => one.type === type);
  const used = (right: string): boolean => rightsUsed(lab.proxy.seen).has(right);

  it('are enough for what it does with them', async () => {
    const [huge, classes, kept] = [scene.name('huge'), scene.name('class'), scene.name('kept')];
    const first = await lab.start(['--no-leader-election']);
    await apply(huge, { vm: { memory: '2Ti' } });
    await apply(classes, { vm: { disk: { storageClass: 'lab-dsik' } } });
    await apply(kept, { deletionPolicy: 'Retain' });

    assert.match((await eventually('the class is refused', async () => {
      const found = await condition(classes, 'Accepted');
      return found?.status === 'False' ? found.message : undefined;
    })), /no storage class lab-dsik.*Did you mean lab-disk/);
    for (const right of ['storage.k8s.io/storageclasses get', 'storage.k8s.io/storageclasses list', '/persistentvolumes list']) assert.ok(used(right), right);

    await eventually('the instance has no node', async () => (await scene.get(kinds.VirtualMachineInstance, huge))?.status?.['phase'] === 'Scheduling');
    await patch(huge, { vm: { memory: '1Gi' } });
    await eventually('the instance that never ran is replaced', async () => used('kubevirt.io/virtualmachineinstances delete'));
    await eventually('the machine runs', async () => (await scene.get(kinds.VirtualMachineInstance, huge))?.status?.['phase'] === 'Running');

    const isGuarded = async (): Promise<boolean> => (await scene.get(kinds.DataVolume, `${kept}-root`))?.metadata.ownerReferences?.some(({ kind }) => kind === 'Namespace') === true;
    await eventually('the disk is guarded', isGuarded);
    assert.ok(used('/namespaces get'));
    first.kill('SIGTERM');
    await first.ended;
    await kubectl(['delete', 'vm', kept, '-n', scene.namespace]);
    await patch(kept, { deletionPolicy: 'Delete' });
    await kubectl(['delete', 'edgedevice', kept, '-n', scene.namespace, '--wait=false']);
    await lab.start(['--no-leader-election']);
    await eventually('the disk that was left is gone', async () => (await scene.get(kinds.DataVolume, `${kept}-root`)) === undefined && (await scene.get(kinds.EdgeDevice, kept)) === undefined);
    assert.ok(used('cdi.kubevirt.io/datavolumes delete'));

    assert.deepEqual(lab.proxy.seen.filter(({ status }) => status === 403).map(({ method, path }) => `${method} ${path}`), []);
  });
});
