import assert from 'node:assert/strict';
import type { KubeObject } from '../../../../src/cluster/types.js';
import { createDeploymentChanges } from '../../../../src/operator/deployment/concerned.js';

const object = (kind: string, name: string, more: Partial<KubeObject['metadata']> = {}, status = {}): KubeObject => ({ apiVersion: 'edge-vm.io/v1alpha1', kind, metadata: { name, namespace: 'edge', uid: name, generation: 1, ...more }, status });

describe('what a change concerns', () => {
  const changes = (): ReturnType<typeof createDeploymentChanges> => createDeploymentChanges((namespace) => [`${namespace}/a`, `${namespace}/b`]);
  const all = ['edge/a', 'edge/b'];

  it('is every EdgeDeployment of the namespace when labels or identity of an EdgeDevice change', () => {
    const made = changes();
    const concerned = (one: KubeObject, deleted: boolean): string[] => made.concerned(one, deleted);
    assert.deepEqual(concerned(object('EdgeDevice', 'gw'), false), all);
    assert.deepEqual(concerned(object('EdgeDevice', 'gw', {}, { stage: 'booted' }), false), []);
    assert.deepEqual(concerned(object('EdgeDevice', 'gw', { labels: { site: 'north' } }), false), all);
    assert.deepEqual(concerned(object('EdgeDevice', 'gw', { labels: { site: 'north' } }, { device: { hub: 'h', id: 'gw' } }), false), all);
    assert.deepEqual(concerned(object('EdgeDevice', 'gw'), true), all);
    assert.deepEqual(concerned(object('EdgeDevice', 'gw'), false), all);
  });

  it('is every EdgeDeployment of the namespace when one changes: a device may come free', () => {
    const made = changes();
    const concerned = (one: KubeObject, deleted: boolean): string[] => made.concerned(one, deleted);
    assert.deepEqual(concerned(object('EdgeDeployment', 'a'), false), all);
    assert.deepEqual(concerned(object('EdgeDeployment', 'a', {}, { summary: 'x' }), false), []);
    assert.deepEqual(concerned(object('EdgeDeployment', 'a', { generation: 2 }), false), all);
    assert.deepEqual(concerned(object('EdgeDeployment', 'a', { generation: 2, deletionTimestamp: 'x' }), false), all);
    assert.deepEqual(concerned(object('EdgeDeployment', 'a', { generation: 2, deletionTimestamp: 'x', annotations: { a: 'b' } }), false), all);
    assert.deepEqual(concerned(object('EdgeDeployment', 'c', { generation: 2 }), true), ['edge/c', ...all]);
  });

  it('is nothing for other kinds', () => assert.deepEqual(changes().concerned(object('Secret', 'x'), false), []));
});
