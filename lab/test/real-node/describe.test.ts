import assert from 'node:assert/strict';
import type { LabContext } from '../../src/control-plane/context.js';
import type { ApiObject } from '../../src/control-plane/resources.js';
import { describeRealNode } from '../../src/real-node/describe.js';

describe('the description of the real node in the cluster', () => {
  it('keeps volumes of lab-local, and so their consumers, on it', async () => {
    const applied: ApiObject[] = [];
    const api = { mergePatch: async () => {}, apply: async (object: ApiObject) => void applied.push(object) };
    await describeRealNode({ api, signal: undefined } as unknown as LabContext, { kind: 'emulation', reason: '' });
    const storageClass = applied.find(({ kind }) => kind === 'StorageClass');
    assert.equal(storageClass?.['volumeBindingMode'], 'WaitForFirstConsumer');
    assert.deepEqual(storageClass['allowedTopologies'], [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: ['real-1'] }] }]);
  });
});
