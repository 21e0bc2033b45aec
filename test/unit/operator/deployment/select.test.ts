import assert from 'node:assert/strict';
import { matchesSelector, targetOf } from '../../../../src/operator/deployment/select.js';
import type { LabelSelector } from '../../../../src/operator/deployment/types.js';

const labels = { site: 'north', tier: 'edge' };

describe('matchesSelector', () => {
  const one = (key: string, operator: string, values?: string[]): LabelSelector => ({ matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] });
  for (const [selector, expected] of [
    [{}, true], [{ matchLabels: { site: 'north' } }, true], [{ matchLabels: { site: 'north', tier: 'x' } }, false], [{ matchLabels: { constructor: 'x' } }, false],
    [one('site', 'In', ['south', 'north']), true], [one('site', 'In', ['south']), false], [one('gone', 'In', ['x']), false],
    [one('site', 'NotIn', ['south']), true], [one('site', 'NotIn', ['north']), false], [one('gone', 'NotIn', ['x']), true],
    [one('site', 'Exists'), true], [one('gone', 'Exists'), false], [one('gone', 'DoesNotExist'), true], [one('site', 'DoesNotExist'), false], [one('site', 'Near'), false],
    [{ matchLabels: { site: 'north' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  ] as const) {
    it(`${JSON.stringify(selector)}: ${expected}`, () => assert.equal(matchesSelector(selector as LabelSelector, labels), expected));
  }
});

describe('targetOf', () => {
  const device = (spec: object, status: object = {}): Parameters<typeof targetOf>[0] => ({ apiVersion: '', kind: '', metadata: { name: 'gw' }, spec: spec as Record<string, unknown>, status: status as Record<string, never> });
  it('takes the identity that the operator found, then the one of the spec', () => {
    assert.deepEqual(targetOf(device({ hub: { hostname: 'a' }, deviceId: 'x' }, { device: { hub: 'b', id: 'y' } })), { hub: 'b', deviceId: 'y' });
    assert.deepEqual(targetOf(device({}, { registration: { hub: 'b', deviceId: 'y' } })), { hub: 'b', deviceId: 'y' });
    assert.deepEqual(targetOf(device({ hub: { hostname: 'a' }, deviceId: 'x' })), { hub: 'a', deviceId: 'x' });
    assert.equal(targetOf(device({ deviceId: 'x' })), undefined);
  });
});
