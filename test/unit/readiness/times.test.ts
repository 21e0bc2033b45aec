import assert from 'node:assert/strict';
import type { Observations } from '../../../src/readiness/observations.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import { resultOf } from '../../../src/readiness/result.js';
import { noTrack, track } from '../../../src/readiness/track.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { timesOf } from '../../../src/readiness/times.js';
import { dataVolume, runningGuest, twin, vmi } from '../../helpers/observations.js';

const at = (text: string): number => Date.parse(`2026-11-21T${text}Z`) / 1000;
const guest = (fields: Record<string, unknown>, change: Partial<Observations> = {}): Observations => runningGuest({ time: at('12:01:40'), up: 90, done: { clock: 2, engine: 30, runtime: 60 }, ...fields }, change);

describe('the times of the stages', () => {
  it('are those of the objects, of the guest’s boot and of the twin', () => {
    const o = guest({}, {
      vmi: vmi('Running', { status: { phaseTransitionTimestamps: [{ phase: 'Scheduled', phaseTransitionTimestamp: '2026-11-21T11:59:58Z' }, { phase: 'Running', phaseTransitionTimestamp: '2026-11-21T12:00:00Z' }] } }),
      dataVolumes: { 'gw-01-root': dataVolume('Succeeded', { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-21T11:59:50Z' }] }) },
      hub: { available: true, twin: { value: twin(417, '2026-11-21T12:02:00.1234567Z'), at: 0 } },
    });
    assert.deepEqual(timesOf(o), {
      applied: '2026-11-21T12:00:00Z', disk: '2026-11-21T11:59:50Z', scheduled: '2026-11-21T11:59:58Z', running: '2026-11-21T12:00:00Z',
      booted: '2026-11-21T12:00:10Z', engine: '2026-11-21T12:00:40Z', runtime: '2026-11-21T12:01:10Z',
      connected: '2026-11-21T12:02:00Z', deployed: '2026-11-21T12:02:00Z',
    });
  });

  it('of a guest with a wrong clock are left out', () => {
    assert.deepEqual(Object.keys(timesOf(guest({ done: { engine: 3 } }))).filter((stage) => ['booted', 'engine'].includes(stage)), []);
  });

  it('of steps that an earlier boot did are those of this boot, which cannot be before the instance runs', () => {
    const times = timesOf(guest({ time: at('11:00:00'), up: 5, done: { clock: 0, engine: 0 } }));
    assert.deepEqual([times.booted, times.engine], ['2026-11-21T12:00:00Z', '2026-11-21T12:00:00Z']);
  });

  it('leave out the report of an earlier instance', () => {
    assert.equal(timesOf(guest({}, { hub: { available: true, twin: { value: twin(417, '2026-11-21T11:00:00Z'), at: 0 } } })).connected, undefined);
  });

  it('of conditions do not move from one query to the next, while nothing changes', () => {
    const query = (now: number): string[] => {
      const o = guest({}, { now });
      const evaluation = evaluate(o, defaultEvaluateOptions);
      const { conditions } = resultOf({ observations: o, evaluation, track: track(noTrack, evaluation, now).track, seconds: {}, warnings: [] }, { name: 'gw-01', namespace: 'edge', waitFor: 'connected' });
      return conditions.map(({ type, status, lastTransitionTime }) => `${type} ${status} ${lastTransitionTime}`);
    };
    const first = query(at('12:05:00') * 1000);
    assert.deepEqual(query(at('12:06:00') * 1000), first);
    assert.ok(first.some((line) => line.includes(' False ')));
    assert.match(first[0]!, /^Ready False /);
  });
});
