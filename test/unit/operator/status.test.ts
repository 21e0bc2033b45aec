import assert from 'node:assert/strict';
import type { EdgeAgentTwin } from '../../../src/hub/types.js';
import { emptyResult } from '../../../src/readiness/empty-result.js';
import { observedStatus } from '../../../src/operator/status.js';
import { mergePatchOf } from '../../../src/support/merge-patch.js';

const twin: EdgeAgentTwin = {
  connectionState: 'Connected', desired: { $version: 7 },
  reported: {
    lastDesiredVersion: 6, lastDesiredStatus: { code: 200 }, version: { version: '1.5.9' },
    systemModules: { edgeAgent: { runtimeStatus: 'running', settings: { image: 'mcr/agent:1.5' } }, edgeHub: { runtimeStatus: 'running', restartCount: 2 } },
    modules: { sensor: { runtimeStatus: 'backoff', restartCount: 9, exitCode: 139, settings: { image: 'registry/sensor:2' } } },
  },
};

describe('the status of an EdgeDevice', () => {
  it('has what hub and edge agent say, each module included', () => {
    const result = { ...emptyResult('gw-01', 'edge'), stage: 'connected' as const, device: { hub: 'hub.net', id: 'GW#01' }, edge: { ...emptyResult('', '').edge, code: 200, evidence: 'twin' as const, connectionState: 'Connected' } };
    const status = observedStatus(result, twin, '1.6.0-1');
    assert.deepEqual(status.summary, { code: '200 ok', modules: '2/3' });
    assert.deepEqual(status.versions, { runtime: '1.6.0-1', agent: '1.5.9' });
    assert.deepEqual(status.device, { hub: 'hub.net', id: 'GW#01' });
    assert.deepEqual([status.edge?.desiredVersion, status.edge?.reportedVersion], [7, 6]);
    assert.deepEqual(status.edge?.modules?.at(-1), { name: 'sensor', status: 'backoff', restarts: 9, exitCode: 139, image: 'registry/sensor:2' });
  });

  it('leaves out what is not known: an API server refuses null', () => {
    const result = { ...emptyResult('gw-01', 'edge'), retrying: { step: 'engine', attempt: 2, code: null, message: null } };
    const status = observedStatus(result, undefined, undefined);
    assert.deepEqual(JSON.parse(JSON.stringify(status)), { retrying: { step: 'engine', attempt: 2 } });
    assert.doesNotMatch(JSON.stringify(status), /null/);
  });

  it('cleans what a guest or a module says', () => {
    const dirty: EdgeAgentTwin = { desired: {}, reported: { modules: { 'a\u001b[31m': { runtimeStatus: 'running\nSharedAccessKey=abc' } } } };
    const status = observedStatus(emptyResult('gw-01', 'edge'), dirty, undefined);
    assert.doesNotMatch(JSON.stringify(status), /abc|u001b|\\n/);
  });
});

describe('a merge patch', () => {
  it('is nothing if nothing differs', () => {
    assert.equal(mergePatchOf({ a: { b: [1] }, c: undefined }, { a: { b: [1] } }), undefined);
  });

  it('has only what differs, and null for what goes', () => {
    assert.deepEqual(mergePatchOf({ a: 1, b: { c: 1, d: 2 }, e: [1, 2], f: 'x' }, { a: 1, b: { c: 3 }, e: [1], g: {} }), { b: { c: 3, d: null }, e: [1], f: null, g: {} });
  });
});
