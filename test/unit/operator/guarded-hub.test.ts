import assert from 'node:assert/strict';
import { guardedHub } from '../../../src/operator/guarded-hub.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { FakeHub } from '../../helpers/fake-hub.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const away = (): never => {
  throw new EdgeVmError('hub-unreachable', 'no answer');
};

describe('a hub that does not answer', () => {
  it('fails further calls at once, with the same error, and says for how long', async () => {
    const [hub, clock] = [new FakeHub(), new ManualClock()];
    hub.before = away;
    const guarded = guardedHub(hub, clock, () => 1);
    await assert.rejects(guarded.getDevice('a'), { code: 'hub-unreachable' });
    await assert.rejects(guarded.deleteDevice('b'), (error: EdgeVmError) => error.message === 'no answer' && error.details['retryAfterSeconds'] === 5);
    assert.equal(hub.calls.length, 1, 'the second call was not sent');
  });

  for (const [message, expected] of [
    ['cannot reach hub x to read device h1 (ECONNREFUSED)', 'cannot reach hub x (ECONNREFUSED)'],
    ['hub x does not answer in time: cannot read device h1', 'hub x does not answer in time'],
  ] as const) {
    it(`does not name the device of the call that failed: ${expected}`, async () => {
      const [hub, clock] = [new FakeHub(), new ManualClock()];
      hub.before = () => {
        throw new EdgeVmError('hub-unreachable', message, { details: { operation: 'read device h1' } });
      };
      const guarded = guardedHub(hub, clock, () => 1);
      await assert.rejects(guarded.getDevice('h1'), { message });
      await assert.rejects(guarded.deleteDevice('b1'), { message: expected });
    });
  }

  it('is asked again after pauses that grow, and works when it answers', async () => {
    const [hub, clock] = [new FakeHub(), new ManualClock()];
    hub.register('a');
    hub.before = away;
    const guarded = guardedHub(hub, clock, () => 1);
    await assert.rejects(guarded.getDevice('a'));
    await clock.advance(5_000);
    await assert.rejects(guarded.getDevice('a'));
    assert.equal(hub.calls.length, 2);
    await clock.advance(5_000);
    await assert.rejects(guarded.getDevice('a'));
    assert.equal(hub.calls.length, 2, 'the second pause is longer');
    hub.before = () => undefined;
    await clock.advance(5_000);
    assert.equal((await guarded.getDevice('a'))?.deviceId, 'a');
    assert.equal((await guarded.getDevice('a'))?.deviceId, 'a');
  });

  it('is open again as soon as a query of the twins is answered', async () => {
    const [hub, clock] = [new FakeHub(), new ManualClock()];
    hub.register('a');
    hub.before = away;
    const guarded = guardedHub(hub, clock, () => 1);
    await assert.rejects(guarded.getDevice('a'));
    hub.before = () => undefined;
    for await (const { deviceId } of guarded.queryEdgeAgents(['a'])) assert.equal(deviceId, 'a');
    assert.equal((await guarded.getDevice('a'))?.deviceId, 'a');
  });

  it('lets refusals through: they are answers', async () => {
    const [hub, clock] = [new FakeHub(), new ManualClock()];
    hub.before = () => {
      throw new EdgeVmError('hub-forbidden', 'no right');
    };
    const guarded = guardedHub(hub, clock, () => 1);
    await assert.rejects(guarded.getDevice('a'), { code: 'hub-forbidden' });
    await assert.rejects(guarded.getDevice('a'), { code: 'hub-forbidden' });
    assert.equal(hub.calls.length, 2);
  });
});
