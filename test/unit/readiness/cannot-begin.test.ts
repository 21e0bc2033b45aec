import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { noTrack, track } from '../../../src/readiness/track.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import type { Cause } from '../../../src/readiness/types.js';
import { dataVolume, event, observe, vm, vmi } from '../../helpers/observations.js';

function causeAfter(o: Observations, ms: number): Cause | undefined {
  const evaluation = evaluate(o, defaultEvaluateOptions);
  return track(track(noTrack, evaluation, 0).track, evaluation, ms).failure;
}

const failing = (reason: string): Record<string, unknown> => ({ conditions: [{ type: 'Failure', status: 'True', reason, message: 'virtualmachineclusterinstancetypes "nope" not found' }] });
const pending = (phase = 'Pending'): Observations => observe({
  vm: vm(), vmi: vmi('Pending'), dataVolumes: { 'gw-01-root': dataVolume(phase) },
  events: { e: event('ProvisioningFailed', 'storageclass.storage.k8s.io "nope" not found', 'gw-01-root') },
});
const { imageGraceMs } = defaultEvaluateOptions;

describe('a VM that cannot begin', () => {
  for (const [reason, flag] of [['FailedFindInstancetype', '--instancetype'], ['FailedFindPreference', '--preference']] as const) {
    it(`${reason} is a terminal failure with KubeVirt's words and the flag`, () => {
      const given = observe({ vm: vm({ status: failing(reason) }) });
      assert.equal(causeAfter(given, 0), undefined);
      const cause = causeAfter(given, imageGraceMs);
      assert.equal(cause?.code, 'admission-refused');
      assert.match(cause.message, /"nope" not found/);
      assert.ok(hintOf(cause, 'edge-vm')?.includes(flag));
    });
  }

  it('an instance that is there needs no instancetype any more', () => {
    assert.equal(causeAfter(observe({ vm: vm({ status: failing('FailedFindInstancetype') }), vmi: vmi('Scheduling'), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') } }), 60_000), undefined);
  });

  it('a launcher pod that the instance controller may not make', () => {
    const given = observe({ vm: vm(), vmi: vmi('Pending', { conditions: [{ type: 'Synchronized', status: 'False', reason: 'FailedCreateValidation', message: 'no' }] }), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') } });
    assert.equal(causeAfter(given, 60_000)?.code, 'admission-refused');
  });

  it('a missing storage class is reported during the wait, and is a terminal failure', () => {
    const given = pending();
    assert.match(evaluate(given, defaultEvaluateOptions).waiting!.message, /"nope" not found/);
    const cause = causeAfter(given, imageGraceMs);
    assert.equal(cause?.code, 'volume-failed');
    assert.match(cause.message, /gw-01-root: storageclass.storage.k8s.io "nope" not found/);
  });

  it('a temporary error of the provisioner gets more time', () => {
    const given = pending();
    given.events = { e: event('ProvisioningFailed', 'rpc error: code = DeadlineExceeded', 'gw-01-root') };
    assert.equal(causeAfter(given, defaultEvaluateOptions.slowGraceMs - 1), undefined);
    assert.equal(causeAfter(given, defaultEvaluateOptions.slowGraceMs)?.code, 'volume-failed');
  });

  it('an event of an earlier disk, or of one that has its volume by now, does not count', () => {
    assert.equal(causeAfter(pending('ImportInProgress'), 60_000), undefined);
    const later = pending();
    later.dataVolumes['gw-01-root']!.metadata.creationTimestamp = '2026-11-21T12:05:00Z';
    assert.equal(causeAfter(later, 60_000), undefined);
  });
});
