import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { joined } from '../../../src/support/abort.js';
import { retrying } from '../../../src/support/retry.js';
import { EdgeVmError } from '../../../src/support/errors.js';

describe('joined signals', () => {
  it('fire with the first one and its reason', () => {
    for (const first of [0, 1]) {
      const both = [new AbortController(), new AbortController()];
      const { signal } = joined(both[0]!.signal, undefined, both[1]!.signal);
      const reason = new Error('this one');
      both[first]!.abort(reason);
      both[1 - first]!.abort(new Error('too late'));
      assert.equal(signal.reason, reason);
    }
  });

  it('have fired if one has', () => {
    const reason = new Error('before');
    assert.equal(joined(new AbortController().signal, AbortSignal.abort(reason)).signal.reason, reason);
  });

  it('leave nothing in a signal that lives on', async () => {
    const long = new AbortController();
    const { signal, release } = joined(long.signal);
    release();
    await retrying(() => Promise.resolve(), () => assert.fail(), { limits: { deadlineMs: 1000, backoff: { firstMs: 1, maxMs: 1 } }, signal: long.signal });
    const error = new EdgeVmError('unexpected', 'no');
    await assert.rejects(retrying(() => Promise.reject(error), () => ({ error, again: true, afterMs: 0 }), { limits: { deadlineMs: 1000, attempts: 3, backoff: { firstMs: 1, maxMs: 1 } }, signal: long.signal }));
    assert.equal(getEventListeners(long.signal, 'abort').length, 0);
    long.abort();
    assert.equal(signal.aborted, false);
  });
});
