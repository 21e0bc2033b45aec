import assert from 'node:assert/strict';
import type { KubeObject, ObjectMeta } from '../../../src/cluster/types.js';
import { createChanges, secretNames, type Changes } from '../../../src/operator/changes.js';

const object = (kind: string, name: string, metadata: Partial<ObjectMeta> = {}, more: Partial<KubeObject> = {}): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'edge', ...metadata }, ...more });
const device = (name: string, spec: Record<string, unknown> = {}): KubeObject => object('EdgeDevice', name, {}, { spec });

function known(...devices: KubeObject[]): Changes {
  const changes = createChanges((node) => (node === 'node-1' ? ['edge/gw-01', 'edge/stranger'] : []));
  for (const one of devices) changes.concerned(one, false);
  return changes;
}

describe('a change of an object', () => {
  it('concerns the EdgeDevice of its name, its owner or its label', () => {
    const changes = known(device('gw-01'), device('gw-02'));
    for (const one of [
      object('VirtualMachine', 'gw-01'), object('VirtualMachineInstance', 'gw-01'), object('Service', 'gw-01'), object('Secret', 'gw-01-cloud-init'),
      object('DataVolume', 'gw-01-root', { labels: { 'app.kubernetes.io/instance': 'gw-01' } }),
      object('DataVolume', 'any', { ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'gw-01', uid: '1' }] }),
      object('Pod', 'virt-launcher-gw-01-abc', { labels: { 'vm.kubevirt.io/name': 'gw-01' } }),
    ]) assert.deepEqual(changes.concerned(one, false), ['edge/gw-01'], `${one.kind} ${one.metadata.name}`);
  });

  it('concerns nobody without an EdgeDevice', () => {
    const changes = known(device('gw-01'));
    assert.deepEqual(changes.concerned(object('VirtualMachine', 'other'), false), []);
    assert.deepEqual(changes.concerned(object('VirtualMachine', 'gw-01', { namespace: 'elsewhere' }), false), []);
    changes.concerned(device('gw-01'), true);
    assert.deepEqual(changes.concerned(object('VirtualMachine', 'gw-01'), false), []);
  });

  it('of a Secret concerns each EdgeDevice that names it, as long as it names it', () => {
    const named = { identity: { connectionString: { secretRef: { name: 'keys', key: 'gw' } } }, edge: { registry: { server: 'r', username: 'u', password: { secretRef: { name: 'pull' } } } } };
    assert.deepEqual(secretNames(device('gw-01', named)).sort(), ['keys', 'pull']);
    const changes = known(device('gw-01', named), device('gw-02', named), device('gw-03'));
    assert.deepEqual(changes.concerned(object('Secret', 'keys'), false), ['edge/gw-01', 'edge/gw-02']);
    assert.deepEqual(changes.concerned(object('Secret', 'pull'), true), ['edge/gw-01', 'edge/gw-02']);
    changes.concerned(device('gw-01'), false);
    assert.deepEqual(changes.concerned(object('Secret', 'keys'), false), ['edge/gw-02']);
  });

  it('of a node concerns the devices on it, only if its readiness changes', () => {
    const node = (status: string, time: string): KubeObject => object('Node', 'node-1', {}, { status: { conditions: [{ type: 'Ready', status: status as 'True', reason: 'Kubelet', lastTransitionTime: time }] } });
    const changes = known(device('gw-01'));
    assert.deepEqual(changes.concerned(node('True', '1'), false), [], 'the first look is no change');
    assert.deepEqual(changes.concerned(node('True', '1'), false), [], 'a heartbeat');
    assert.deepEqual(changes.concerned(node('Unknown', '2'), false), ['edge/gw-01']);
    assert.deepEqual(changes.concerned(node('Unknown', '2'), true), ['edge/gw-01']);
  });
});
