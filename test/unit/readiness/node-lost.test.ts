import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { defaultEvaluateOptions, type Verdict } from '../../../src/readiness/verdict.js';
import { allDone, NOW, pod, runningGuest, twin, vmi } from '../../helpers/observations.js';

const LOST = '2026-11-21T12:08:00Z';
const ms = (time: string): number => Date.parse(time);
type Conditions = NonNullable<NonNullable<KubeObject['status']>['conditions']>;

/** As the node lifecycle controller leaves a pod, and virt-controller's copy: not ready, and no reason. */
const marked: Conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: LOST }, { type: 'AgentConnected', status: 'True' }];
const evicted: Conditions = [{ type: 'Ready', status: 'False', reason: 'PodTerminating', message: 'virt-launcher pod is terminating', lastTransitionTime: LOST }];
const ready: Conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-21T12:01:00Z' }];
const probing: Conditions = [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [compute]', lastTransitionTime: LOST }];

function node(status: string, reason: string): Observations['nodes'] {
  return { 'node-1': { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, status: { conditions: [{ type: 'Ready', status: status as 'True', reason, lastTransitionTime: LOST }] } } };
}

/** A device that was connected: it reported a moment ago, and its records say that all is done. */
function device(conditions: Conditions, change: Partial<Observations> = {}): Observations {
  return runningGuest({ seq: 9, stage: 'report', state: 'ok', done: allDone, agent: { connected: true } }, {
    vmi: vmi('Running', { conditions }), hub: { available: true, twin: { value: twin(200, '2026-11-21T12:07:30Z'), at: NOW } }, ...change,
  });
}

function leaving(end: string): Observations['pods'] {
  const launcher = pod({ status: { phase: 'Running' }, node: 'node-1' });
  return { 'launcher-1': { ...launcher, metadata: { ...launcher.metadata, deletionTimestamp: end } } };
}

const options = { ...defaultEvaluateOptions, waitFor: 'connected' as const };
const running = (o: Observations): Verdict => evaluate(o, options).verdicts.running;

interface Case {
  name: string;
  given: Observations;
  reason: string;
  message: RegExp;
  /** Whether `status` names a cause. */
  cause?: false;
}

const cases: Case[] = [
  { name: 'its node is Unknown', given: device(marked, { nodes: node('Unknown', 'NodeStatusUnknown') }), reason: 'NodeUnreachable', message: /^node node-1 does not answer since 2026-11-21T12:08:00Z \(NodeStatusUnknown\)$/ },
  { name: 'its node is Unknown, and its pod was not ready before', given: device(probing, { nodes: node('Unknown', 'NodeStatusUnknown') }), reason: 'NodeUnreachable', message: /does not answer/ },
  { name: 'its node’s kubelet says that it is not ready', given: device(marked, { nodes: node('False', 'KubeletNotReady') }), reason: 'NodeNotReady', message: /is not ready since .* \(KubeletNotReady\)/ },
  { name: 'nodes may not be read, and its readiness was taken away', given: device(marked), reason: 'NodeNotReady', message: /node-1 does not answer, or is not ready since 2026-11-21T12:08:00Z/ },
  { name: 'nodes may not be read, and virt-controller went with the node', given: device(ready, { pods: { 'launcher-1': pod({ status: { phase: 'Running', conditions: marked }, node: 'node-1' }) } }), reason: 'NodeNotReady', message: /does not answer, or/ },
  { name: 'it is one of many in a list', given: { ...device(marked), shallow: true, pods: {} }, reason: 'NodeNotReady', message: /does not answer, or/ },
  { name: 'nodes may not be read, and its pod was to be evicted long ago', given: device(evicted, { pods: leaving('2026-11-21T12:08:30Z') }), reason: 'NodeNotReady', message: /has not ended the launcher pod, which was due at 2026-11-21T12:08:30Z/ },
  { name: 'its pod is being ended', given: device(evicted, { pods: leaving('2026-11-21T12:12:00Z') }), reason: 'PodTerminating', message: /being ended/, cause: false },
  { name: 'its node has just come back', given: device(marked, { nodes: node('True', 'KubeletReady') }), reason: 'NodeReturned', message: /is back, and has not yet reported/, cause: false },
];

describe('an instance whose node is lost', () => {
  for (const { name, given, reason, message, cause } of cases) {
    it(`is not called ready when ${name}`, () => {
      const evaluation = evaluate(given, options);
      assert.equal(evaluation.stage, 'scheduled');
      assert.deepEqual([evaluation.waiting?.stage, evaluation.verdicts.running.reason], ['running', reason]);
      assert.match(evaluation.verdicts.running.message, message);
      for (const stage of ['booted', 'configured', 'connected'] as const) assert.notEqual(evaluation.verdicts[stage].status, 'True', stage);
      assert.notEqual(evaluation.guestAgent.status, 'True');
      assert.equal(evaluation.suspicion?.cause.code, cause === false ? undefined : 'node-unreachable');
    });
  }

  it('is reported with what can be done, and never ends a wait', () => {
    const { suspicion } = evaluate(device(marked, { nodes: node('Unknown', 'NodeStatusUnknown') }), options);
    assert.equal(suspicion?.graceMs, Number.POSITIVE_INFINITY);
    assert.match(suspicion?.cause.message ?? '', /node node-1 does not answer since/);
    assert.match(suspicion?.cause.hint ?? '', /continues by itself.*kubectl delete node node-1/);
  });

  it('is connected all the same when its agent answers a ping later than that', () => {
    const pinged = (at: string): Observations => device(marked, {
      nodes: node('Unknown', 'NodeStatusUnknown'),
      hub: { available: true, twin: { value: twin(200, '2026-11-21T12:07:30Z'), at: NOW }, ping: { instance: 'vmi-1', value: { answered: true, status: 200 }, at: ms(at) } },
    });
    assert.equal(evaluate(pinged('2026-11-21T12:09:00Z'), options).verdicts.connected.status, 'True');
    assert.equal(evaluate(pinged('2026-11-21T12:08:03Z'), options).verdicts.connected.status, 'Unknown', 'it may have been before, by the cluster’s clock');
  });

  it('is ready again once its node and its pod are', () => {
    assert.equal(evaluate(device(ready, { nodes: node('True', 'KubeletReady') }), options).verdicts.connected.status, 'True');
  });

  it('is not lost because a probe fails, or another node is', () => {
    assert.equal(running(device(probing)).status, 'True');
    const other = { 'node-2': { ...node('Unknown', 'NodeStatusUnknown')['node-1']!, metadata: { name: 'node-2' } } };
    assert.equal(running(device(ready, { nodes: other })).status, 'True');
  });

  it('is waited for where it was about to start', () => {
    const given = device([], { vmi: vmi('Scheduling', { conditions: probing }), pods: { 'launcher-1': pod({ node: 'node-1' }) }, nodes: node('Unknown', 'NodeStatusUnknown') });
    assert.equal(running(given).reason, 'NodeUnreachable');
  });
});
