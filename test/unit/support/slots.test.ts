import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Slots } from '../../../src/support/slots.js';

describe('slots', () => {
  it('gives a slot to the one that waits longest; giving it back twice counts once', async () => {
    const slots = new Slots(1);
    const first = await slots.take();
    const order: string[] = [];
    const second = slots.take().then((release) => (order.push('second'), release));
    const third = slots.take().then((release) => (order.push('third'), release));
    first();
    first();
    await setImmediate();
    assert.deepEqual(order, ['second']);
    assert.equal(slots.isFree, false);
    (await second)();
    await setImmediate();
    assert.deepEqual(order, ['second', 'third']);
    (await third)();
    assert.equal(slots.isFree, true);
  });
});
