import assert from 'node:assert/strict';
import { retryAfterMs, sleep } from '../../../src/support/waiting.js';

describe('sleep', () => {
  it('ends early and quietly with the signal, also one that has fired', async () => {
    const controller = new AbortController();
    const slept = sleep(60_000, controller.signal);
    controller.abort();
    await slept;
    await sleep(60_000, controller.signal);
  });

  it('does not end at once where it is longer than a timer can be', async () => {
    const controller = new AbortController();
    const first = await Promise.race([sleep(2 ** 31, controller.signal).then(() => 'the long one'), sleep(20).then(() => 'the short one')]);
    controller.abort();
    assert.equal(first, 'the short one');
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  for (const [header, ms] of [[undefined, 0], ['3', 3000], ['Sat, 21 Nov 2026 12:00:05 GMT', 5000], ['Sat, 21 Nov 2026 11:00:00 GMT', 0], ['soon', 0]] as const) {
    it(`of ${String(header)} is ${ms}`, () => assert.equal(retryAfterMs(header, now), ms));
  }
});
