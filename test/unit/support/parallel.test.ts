import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { inParallel } from '../../../src/support/parallel.js';

describe('inParallel', () => {
  it('works on so many items at a time, each once and in their order', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      begun.push(item);
      most = Math.max(most, (running += 1));
      await setImmediate();
      running -= 1;
    });
    assert.deepEqual(begun, [1, 2, 3, 4, 5, 6, 7]);
    assert.equal(most, 3);
    await inParallel([], 3, async () => assert.fail());
  });

  it('tells the work the place of its item', async () => {
    const places: [string, number][] = [];
    await inParallel(['a', 'b', 'c'], 2, async (item, index) => void places.push([item, index]));
    assert.deepEqual(places, [['a', 0], ['b', 1], ['c', 2]]);
  });

  it('begins nothing after an error, waits for what runs, and throws the first error', async () => {
    const ended: number[] = [];
    await assert.rejects(inParallel([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('first');
      await setImmediate();
      ended.push(item);
    }), /first/);
    assert.deepEqual(ended, [2]);
  });
});
