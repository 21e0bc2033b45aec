import assert from 'node:assert/strict';
import { evaluate } from '../../../src/readiness/evaluate.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { STAGES, type Stage } from '../../../src/readiness/types.js';
import { allDone, dataVolume, NOW, observe, pod, runningGuest, twin, vm, vmi } from '../../helpers/observations.js';

const judge = (o: Observations): ReturnType<typeof evaluate> => evaluate(o, { ...defaultEvaluateOptions, waitFor: 'deployed' });
const FRESH = '2026-11-21T12:00:40Z';
const OLD = '2026-11-21T11:00:00Z';
const hub = (change: Partial<Observations['hub']> = {}): Observations['hub'] => ({ available: true, ...change });
const saw = (value: ReturnType<typeof twin> | undefined): Observations['hub'] => hub({ twin: { value, at: 0 } });
const pinged = (answered: boolean, value = twin(200, OLD), at = Date.parse('2026-11-21T12:05:00Z'), instance = 'vmi-1'): Observations['hub'] =>
  hub({ twin: { value, at }, ping: { instance, value: answered ? { answered, status: 200 } : { answered, reason: 'offline' }, at } });
const configured = { seq: 9, stage: 'report', state: 'ok', done: allDone };

interface Case {
  name: string;
  given: Observations;
  stage: Stage | null;
  waiting?: RegExp;
}

const cases: Case[] = [
  { name: 'nothing', given: observe({ seen: { vm: false, vmi: false } }), stage: null, waiting: /the hub was not asked/ },
  { name: 'an accepted credential', given: observe({ seen: { vm: false, vmi: false }, identityEvidence: 'accepted' }), stage: 'identity' },
  { name: 'a VM without an instance', given: observe({ vm: vm() }), stage: 'applied', waiting: /gw-01-root is not made yet/ },
  { name: 'an import', given: observe({ vm: vm(), dataVolumes: { 'gw-01-root': dataVolume('ImportInProgress', { progress: '43.1%' }) } }), stage: 'applied', waiting: /import of gw-01-root 43.1%/ },
  { name: 'an import with an error', given: observe({ vm: vm(), dataVolumes: { 'gw-01-root': dataVolume('ImportInProgress', { conditions: [{ type: 'Running', status: 'False', reason: 'Error', message: 'no route to host' }] }) } }), stage: 'applied', waiting: /no route to host/ },
  { name: 'a disk that waits for its first consumer', given: observe({ vm: vm(), dataVolumes: { 'gw-01-root': dataVolume('WaitForFirstConsumer') } }), stage: 'applied', waiting: /waits for the VM to be scheduled/ },
  { name: 'a disk that is ready', given: observe({ vm: vm(), vmi: vmi('Pending'), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') } }), stage: 'disk' },
  { name: 'a VM without DataVolumes', given: observe({ vm: vm({ spec: { dataVolumeTemplates: [] } }) }), stage: 'disk' },
  { name: 'a pod with a node', given: observe({ vm: vm(), vmi: vmi('Scheduling'), pods: { 'launcher-1': pod({ node: 'node-1' }) } }), stage: 'scheduled' },
  { name: 'a pod without a node', given: observe({ vm: vm(), vmi: vmi('Scheduling'), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') }, pods: { 'launcher-1': pod({ status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }] } }) } }), stage: 'disk', waiting: /0\/3 nodes/ },
  { name: 'a running instance', given: runningGuest(undefined), stage: 'running', waiting: /no report on the console yet/ },
  { name: 'an instance of a VM that was', given: observe({ vm: vm(), vmi: vmi('Running', { owner: 'vm-0' }), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') } }), stage: 'disk' },
  { name: 'a record', given: runningGuest({ stage: 'engine', state: 'retrying', attempt: 3, code: 'apt-unreachable', message: 'no route' }), stage: 'booted', waiting: /guest: engine, attempt 3: apt-unreachable: no route/ },
  { name: 'a record of a pod that is gone', given: runningGuest(undefined, { guest: { record: runningGuest(configured).guest!.record, podUid: 'pod-0' } }), stage: 'running' },
  { name: 'a guest agent without records', given: runningGuest(undefined, { vmi: vmi('Running', { conditions: [{ type: 'AgentConnected', status: 'True' }] }) }), stage: 'booted' },
  { name: 'an engine', given: runningGuest({ stage: 'runtime', done: { clock: 1, engine: 5 } }), stage: 'engine' },
  { name: 'a runtime', given: runningGuest({ stage: 'config', done: { clock: 1, engine: 5, runtime: 8 } }), stage: 'runtime' },
  { name: 'a configuration', given: runningGuest(configured), stage: 'configured' },
  { name: 'an engine that does not answer any more', given: runningGuest({ ...configured, health: { engine: 'down', edged: 'ok', agent: 'absent' } }), stage: 'booted', waiting: /container engine does not answer/ },
  { name: 'a daemon that does not run any more', given: runningGuest({ ...configured, health: { engine: 'ok', edged: 'down', agent: 'absent' } }), stage: 'runtime', waiting: /aziot-edged does not answer/ },
  { name: 'a guest that is well', given: runningGuest({ ...configured, health: { engine: 'ok', edged: 'ok', agent: 'ok' } }), stage: 'configured' },
  { name: 'a readiness probe of ours', given: runningGuest(undefined, { vmi: vmi('Running', { conditions: [{ type: 'Ready', status: 'True' }], spec: { readinessProbe: { exec: { command: ['/usr/local/sbin/edge-vm-probe'] } } } }) }), stage: 'configured' },
  { name: 'Ready without a probe', given: runningGuest(undefined, { vmi: vmi('Running', { conditions: [{ type: 'Ready', status: 'True' }] }) }), stage: 'running' },
  // The awkward twins.
  { name: '417, fresh', given: runningGuest(configured, { hub: saw(twin(417, FRESH)) }), stage: 'connected', waiting: /no deployment is set/ },
  { name: '200, fresh, without a record', given: runningGuest(undefined, { hub: saw(twin(200, FRESH)) }), stage: 'deployed' },
  { name: '200 of the VM before', given: runningGuest(configured, { hub: saw(twin(200, OLD)) }), stage: 'configured', waiting: /older than this instance/ },
  { name: 'a report of just before the start, which ping has to decide', given: runningGuest(configured, { hub: saw(twin(417, '2026-11-21T11:59:57Z')) }), stage: 'configured', waiting: /older than this instance/ },
  { name: '200, fresh, while the guest is not configured', given: runningGuest({ stage: 'engine' }, { hub: saw(twin(200, FRESH)) }), stage: 'booted' },
  { name: '406, fresh', given: runningGuest(configured, { hub: saw(twin(406, FRESH)) }), stage: 'configured', waiting: /stopped/ },
  { name: 'never connected', given: runningGuest(configured, { hub: saw(twin(undefined, FRESH)) }), stage: 'configured', waiting: /never connected/ },
  { name: 'no twin', given: runningGuest(configured, { hub: saw(undefined) }), stage: 'configured', waiting: /no edge agent/ },
  { name: 'never connected, and the guest says why', given: runningGuest({ ...configured, agent: { connected: false, code: 'hub-unreachable', message: 'dns error' } }, { hub: saw(twin(undefined, FRESH)) }), stage: 'configured', waiting: /never connected; guest: hub-unreachable: dns error/ },
  { name: 'a stale twin, ping answered', given: runningGuest(configured, { hub: pinged(true) }), stage: 'connected', waiting: /not reported since/ },
  { name: '406, ping answered', given: runningGuest(configured, { hub: pinged(true, twin(406, OLD)) }), stage: 'connected' },
  { name: 'a stale twin, ping not answered', given: runningGuest(configured, { hub: pinged(false) }), stage: 'configured', waiting: /does not answer ping: offline/ },
  { name: 'a ping that the instance before answered', given: runningGuest(configured, { hub: pinged(true, twin(200, OLD), undefined, 'vmi-0') }), stage: 'configured' },
  { name: 'a ping answered, by a clock of ours that is an hour behind', given: runningGuest(configured, { hub: pinged(true, twin(417, OLD), Date.parse(OLD)) }), stage: 'connected' },
  { name: 'a report of this instance, from long ago', given: runningGuest(configured, { now: NOW + 3_600_000, hub: saw(twin(417, FRESH)) }), stage: 'configured', waiting: /old/ },
  { name: 'a report of this instance, and silence since', given: runningGuest(configured, { hub: pinged(false, twin(417, FRESH)) }), stage: 'configured' },
  { name: 'a report, and silence a moment later', given: runningGuest(configured, { hub: pinged(false, twin(417, '2026-11-21T12:04:59Z')) }), stage: 'configured' },
  { name: 'a report, and silence to a ping that followed it, by a clock of ours that is behind', given: runningGuest(configured, { hub: pinged(false, twin(417, '2026-11-21T12:06:00Z')) }), stage: 'configured' },
  { name: 'a report after a ping without answer', given: runningGuest(configured, { hub: { ...pinged(false), twin: { value: twin(417, '2026-11-21T12:06:00Z'), at: Date.parse('2026-11-21T12:06:01Z') } } }), stage: 'connected' },
  { name: 'a fresh twin with Disconnected', given: runningGuest(configured, { hub: saw({ ...twin(417, FRESH), connectionState: 'Disconnected' }) }), stage: 'connected' },
  { name: 'no hub, a guest that says connected', given: runningGuest({ ...configured, agent: { connected: true } }), stage: 'connected', waiting: /without the hub’s twin/ },
  { name: 'no hub, a guest that says nothing', given: runningGuest(configured), stage: 'configured' },
  { name: 'a hub that cannot be read, a guest that says connected', given: runningGuest({ ...configured, agent: { connected: true } }, { hub: hub({ problem: 'forbidden' }) }), stage: 'connected' },
  { name: 'a hub that says no, a guest that says connected', given: runningGuest({ ...configured, agent: { connected: true } }, { hub: pinged(false) }), stage: 'configured' },
  // Deployments.
  { name: '500 while it pulls', given: runningGuest(configured, { hub: saw(twin(500, FRESH, { lastDesiredStatus: { code: 500, description: 'pulling image' } })) }), stage: 'connected', waiting: /500: pulling image/ },
  { name: 'a version behind', given: runningGuest(configured, { hub: saw(twin(200, FRESH, { lastDesiredVersion: 1 }, { $version: 2 })) }), stage: 'connected', waiting: /newest deployment/ },
  { name: 'a module that is not there yet', given: runningGuest(configured, { hub: saw(twin(200, FRESH, { modules: {} }, { $version: 1, modules: { filter: { status: 'running' } } })) }), stage: 'connected', waiting: /module filter is unknown, not running/ },
  { name: 'modules as wanted', given: runningGuest(configured, { hub: saw(twin(200, FRESH, { systemModules: { edgeHub: { runtimeStatus: 'running' } }, modules: { off: { runtimeStatus: 'stopped' } } }, { $version: 1, systemModules: { edgeHub: {} }, modules: { off: { status: 'stopped' } } })) }), stage: 'deployed' },
  // What was reached counts only while the instance runs.
  { name: 'an instance that is gone, with a fresh twin', given: observe({ vm: vm(), hub: saw(twin(200, FRESH)), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') } }), stage: 'disk' },
];

describe('the stages', () => {
  for (const { name, given, stage, waiting } of cases) {
    it(`${name} → ${stage ?? 'none'}`, () => {
      const evaluation = judge(given);
      assert.equal(evaluation.stage, stage);
      if (waiting !== undefined) assert.match(evaluation.waiting?.message ?? '', waiting);
    });
  }

  it('a higher reached stage implies the lower ones, but only a connection is evidence of the identity', () => {
    const { verdicts } = judge(runningGuest(undefined, { dataVolumes: {} }));
    assert.deepEqual([verdicts.disk.status, verdicts.disk.reason], ['True', 'Implied']);
    assert.equal(verdicts.identity.status, 'Unknown');
    const above = judge(runningGuest({ ...configured, agent: { connected: true } })).verdicts;
    assert.deepEqual([above.identity.status, above.identity.reason], ['True', 'Implied']);
  });

  it('names the evidence of connected', () => {
    const evidence = (o: Observations): string | undefined => judge(o).verdicts.connected.evidence;
    assert.equal(evidence(runningGuest(configured, { hub: saw(twin(417, FRESH)) })), 'twin');
    assert.equal(evidence(runningGuest(configured, { hub: pinged(true) })), 'ping');
    assert.equal(evidence(runningGuest({ ...configured, agent: { connected: true } })), 'guest');
    assert.equal(evidence(runningGuest(configured)), undefined);
  });

  it('has a condition for each stage at any time', () => {
    for (const { given } of cases) assert.deepEqual(Object.keys(judge(given).verdicts), [...STAGES]);
  });
});
