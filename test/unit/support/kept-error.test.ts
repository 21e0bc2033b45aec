import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EdgeVmError } from '../../../src/support/errors.js';
import { keptError } from '../../../src/support/kept-error.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Work that fails far down, with something large beside it. */
async function fail(cause?: unknown): Promise<{ error: Error; large: WeakRef<object> }> {
  const large = { data: Array.from({ length: 1000 }, () => 1) };
  const step = async (work: () => Promise<void>): Promise<void> => work();
  const weak = new WeakRef<object>(large);
  try {
    await step(async () => {
      await Promise.resolve();
      large.data.pop();
      throw new EdgeVmError('invalid-input', 'no', { cause });
    });
  } catch (error) {
    return { error: error as Error, large: weak };
  }
  throw new Error('it did not fail');
}

async function collected({ large }: { large: WeakRef<object> }): Promise<boolean> {
  for (let tries = 0; tries < 20 && large.deref() !== undefined; tries += 1) {
    await pause(10);
    collect();
  }
  return large.deref() === undefined;
}

describe('an error that is kept', () => {
  it('keeps nothing of the work that failed, nor does its cause', async () => {
    const first = await fail();
    const second = await fail(first.error);
    const kept = keptError(second.error);
    assert.deepEqual([await collected(first), await collected(second)], [true, true]);
    assert.equal(kept, second.error);
    assert.match(kept.stack ?? '', /^EdgeVmError: no|^Error: no/);
  });

  it('may be anything, also a cause of itself', () => {
    assert.equal(keptError('text'), 'text');
    const round = new Error('round');
    round.cause = round;
    assert.equal(keptError(round), round);
  });
});
