import assert from 'node:assert/strict';
import type { Condition } from '../../../src/spec/types.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { resultOf } from '../../../src/readiness/result.js';
import { noTrack, track } from '../../../src/readiness/track.js';
import type { Cause, DeviceResult, Stage } from '../../../src/readiness/types.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { dataVolume, NOW, observe, runningGuest, twin, vm } from '../../helpers/observations.js';

const steps = { clock: 1, engine: 2, runtime: 3, config: 4 };
const up = (change: Partial<Observations> = {}): Observations => runningGuest({ done: steps }, { hub: { available: true, twin: { value: twin(200, '2026-11-21T12:07:30Z'), at: NOW } }, ...change });

function judge(o: Observations, { waitFor = 'connected', cause }: { waitFor?: Stage; cause?: Cause } = {}): DeviceResult {
  const evaluation = evaluate(o, { ...defaultEvaluateOptions, waitFor });
  return resultOf({ observations: o, evaluation, track: track(noTrack, evaluation, o.now).track, seconds: {}, warnings: [], ...(cause === undefined ? {} : { cause }) }, { name: 'gw-01', namespace: 'edge', waitFor });
}

function ready(o: Observations, options?: Parameters<typeof judge>[1]): Omit<Condition, 'lastTransitionTime'> {
  const result = judge(o, options);
  const { type, status, reason, message } = result.conditions[0]!;
  assert.equal(result.ready, status === 'True', 'the summary and `ready` say the same');
  return { type, status, reason, message };
}

describe('the condition Ready', () => {
  it('is True with the awaited stage', () => {
    assert.deepEqual(ready(up()), { type: 'Ready', status: 'True', reason: 'Connected', message: 'stage connected is reached: the edge agent reports, code 200' });
    assert.deepEqual(ready(up(), { waitFor: 'engine' }).reason, 'EngineReady');
  });

  it('is False with the cause', () => {
    const cause: Cause = { code: 'device-not-found', message: 'the hub has no such device' };
    assert.deepEqual(ready(observe({ vm: vm() }), { cause }), { type: 'Ready', status: 'False', reason: 'DeviceNotFound', message: cause.message });
    assert.deepEqual(ready(up(), { cause }).status, 'False');
  });

  it('is False with the lowest stage that the device waits for', () => {
    const importing = observe({ vm: vm(), dataVolumes: { 'gw-01-root': dataVolume('ImportInProgress', { progress: '43%' }) } });
    const { status, reason, message } = ready(importing);
    assert.deepEqual([status, reason], ['False', judge(importing).conditions.find(({ type }) => type === 'DiskReady')!.reason]);
    assert.match(message, /^stage disk: .*43/);
  });

  for (const [code, text] of [['timed-out', 'not connected after 5 s'], ['interrupted', 'interrupted']] as const) {
    it(`tells of the device, not of the command that ended: ${code}`, () => {
      assert.notEqual(ready(observe({ vm: vm() }), { cause: { code, message: text } }).message, text);
    });
  }

  it('is Unknown if nobody knows', () => {
    const alone = runningGuest(undefined, { hub: { available: false } });
    assert.deepEqual(ready(alone), { type: 'Ready', status: 'Unknown', reason: 'NoEvidence', message: 'stage connected: no hub credential, and the guest does not report' });
  });

  it('changes together with the awaited stage', () => {
    for (const o of [up(), observe({ vm: vm() })]) {
      const { conditions } = judge(o);
      assert.equal(conditions[0]!.lastTransitionTime, conditions.find(({ type }) => type === 'Connected')!.lastTransitionTime);
    }
  });
});
