import assert from 'node:assert/strict';
import { accepted, reasonOf, stamp, upToDate } from '../../../src/operator/conditions.js';
import { given } from '../../../src/readiness/reasons.js';
import { EdgeVmError, InvalidInputError } from '../../../src/support/errors.js';

const now = Date.parse('2026-11-28T12:00:00Z');
const ready = (status: 'True' | 'False', lastTransitionTime?: string) => ({ type: 'Ready', status, reason: given('R'), message: 'm', ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) });

describe('conditions of a resource', () => {
  it('keep the time of the resource while their status stays', () => {
    const [one] = stamp([{ ...ready('True', '2026-11-28T11:59:00.123Z'), message: 'new words' }], [{ ...ready('True'), lastTransitionTime: '2026-11-20T08:00:00Z' }], 4, now);
    assert.deepEqual(one, { type: 'Ready', status: 'True', reason: 'R', message: 'new words', observedGeneration: 4, lastTransitionTime: '2026-11-20T08:00:00Z' });
  });

  it('take the time that the objects themselves have, in whole seconds', () => {
    const [one] = stamp([ready('True', '2026-11-28T11:59:00.123Z')], undefined, 1, now);
    assert.equal(one?.lastTransitionTime, '2026-11-28T11:59:00Z');
  });

  it('never change to an earlier time, nor to one in the future', () => {
    const before = [{ ...ready('True'), lastTransitionTime: '2026-11-28T11:59:30Z' }];
    assert.equal(stamp([ready('False', '2026-11-28T11:00:00Z')], before, 1, now)[0]?.lastTransitionTime, '2026-11-28T12:00:00Z');
    const lost = [{ ...ready('False'), lastTransitionTime: '2026-11-28T11:59:30Z' }];
    assert.equal(stamp([ready('True', '2026-11-28T11:00:00Z')], lost, 1, now)[0]?.lastTransitionTime, '2026-11-28T12:00:00Z');
    assert.equal(stamp([ready('True', '2026-11-28T11:59:40Z')], lost, 1, now)[0]?.lastTransitionTime, '2026-11-28T11:59:40Z');
    assert.equal(stamp([ready('True', '2027-01-01T00:00:00Z')], undefined, 1, now)[0]?.lastTransitionTime, '2026-11-28T12:00:00Z');
  });

  it('survive a status that somebody has broken', () => {
    assert.equal(stamp([accepted], 'nonsense', 1, now)[0]?.lastTransitionTime, '2026-11-28T12:00:00Z');
    assert.equal(stamp([accepted], [null, 7, { type: 'Accepted', status: 'True' }], 1, now)[0]?.lastTransitionTime, '2026-11-28T12:00:00Z');
  });

  it('have one word for each cause', () => {
    assert.equal(reasonOf(new InvalidInputError([{ field: 'spec', message: 'bad' }])), 'InvalidSpec');
    assert.equal(reasonOf(new EdgeVmError('not-owned', 'x')), 'NotOwned');
    assert.equal(reasonOf(new Error('x')), 'Unexpected');
  });

  it('say what the applied settings still need', () => {
    assert.equal(upToDate({}, true).status, 'True');
    assert.equal(upToDate({}, false).status, 'Unknown');
    assert.equal(upToDate({ pending: { effect: 'restart' } }, true).reason, 'RestartRequired');
    const firstBoot = upToDate({ pending: { effect: 'first-boot', generation: 3 } }, true);
    assert.equal(firstBoot.reason, 'FirstBootRequired');
    assert.doesNotMatch(firstBoot.message, /was set up/, 'the first boot may still go on');
    assert.match(firstBoot.message, /spec\.firstBootGeneration to 3/);
  });
});
