import assert from 'node:assert/strict';
import { EdgeVmError } from '../../../src/support/errors.js';
import { retrying, type Failure, type RetryLimits } from '../../../src/support/retry.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const backoff = { firstMs: 1_000, maxMs: 4_000 };
const failed = (words: string): EdgeVmError => new EdgeVmError('no-cluster', words);

/** Runs attempts that fail in the given ways, then succeed; returns the times at which they began. */
async function run(failures: Failure[], limits: Partial<RetryLimits> = {}): Promise<{ times: number[]; result: unknown }> {
  const clock = new ManualClock(0);
  const times: number[] = [];
  const left = [...failures];
  const result: unknown = await clock.run(retrying(async () => {
    times.push(clock.now());
    if (left.length > 0) throw new Error('failed');
    return 'done';
  }, () => left.shift()!, { clock, limits: { deadlineMs: 60_000, backoff, ...limits } })).catch((error: unknown) => error);
  return { times, result };
}

const again = (afterMs = 0): Failure => ({ error: failed('later'), again: true, afterMs });

describe('the one retry loop', () => {
  it('waits longer each time, spread over half of it, and at least as long as it is asked to', async () => {
    const { times, result } = await run([again(), again(), again(), again(9_000)]);
    assert.equal(result, 'done');
    const waits = times.slice(1).map((time, i) => time - times[i]!);
    for (const [i, most] of [1_000, 2_000, 4_000].entries()) assert.ok(waits[i]! >= most / 2 && waits[i]! <= most, `${waits[i]} of ${most}`);
    assert.equal(waits[3], 9_000);
  });

  it('does not wait where something was mended', async () => {
    assert.deepEqual(await run([{ error: failed('401'), again: 'at-once', afterMs: 0 }]), { times: [0, 0], result: 'done' });
  });

  it('ends with what is final, after its attempts, and where the wait would pass the deadline', async () => {
    const final = failed('never');
    assert.deepEqual(await run([{ error: final, again: false, afterMs: 0 }]), { times: [0], result: final });
    assert.equal((await run([again(), again(), again()], { attempts: 2 })).times.length, 2);
    const late = again(10_000);
    assert.deepEqual(await run([late], { deadlineMs: 9_000 }), { times: [0], result: late.error });
  });

  it('reports the failure before the attempt that the deadline ended', async () => {
    const first = failed('HTTP 503: no leader');
    const said = [first, failed('does not answer in time')];
    let count = 0;
    const work = retrying((signal) => (++count === 1 ? Promise.reject(new Error('503')) : new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    })), () => ({ error: said[count - 1]!, again: true, afterMs: 0 }), { limits: { deadlineMs: 100, backoff: { firstMs: 1, maxMs: 1 } } });
    assert.equal(await work.catch((error: unknown) => error), first);
    assert.equal(count, 2);
  });

  it('ends with its caller, though the attempt does not hear', async () => {
    const own = new AbortController();
    const work = retrying(() => new Promise(() => undefined), () => again(), { limits: { deadlineMs: 60_000, backoff }, signal: own.signal });
    own.abort();
    await assert.rejects(work, { code: 'interrupted' });
  });
});
