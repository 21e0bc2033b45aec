import assert from 'node:assert/strict';
import { createThrottle, hubSeconds } from '../../../src/hub/throttle.js';
import { troubleOf } from '../../../src/hub/trouble.js';
import type { HubWait } from '../../../src/hub/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { fail, json, quickClock, startFakeHub } from './fake-hub.js';
import type { FakeHub } from './fake-hub.js';

const minute = 60_000;

describe('Throttle of a hub', () => {
  const turn = (clock: ManualClock, waitMs = 10 * minute) => ({ what: 'read device gw', until: clock.now() + waitMs });

  /** The times at which `count` calls have their turn, in seconds. */
  async function turns(clock: ManualClock, throttle: ReturnType<typeof createThrottle>, count: number, operation: 'query' | 'registry' | 'twin-read' = 'query'): Promise<number[]> {
    const from = clock.now();
    const all = Promise.all(Array.from({ length: count }, async () => {
      (await throttle.turn(operation, turn(clock)))();
      return (clock.now() - from) / 1000;
    }));
    return clock.run(all);
  }

  it('keeps within the limits of one S1 unit over any minute', async () => {
    const clock = new ManualClock();
    const times = await turns(clock, createThrottle({ hostname: 'hub', clock, units: 1 }), 60);
    for (const [i, time] of times.entries()) {
      const within = times.filter((other) => other >= time && other < time + 60).length;
      assert.ok(within <= 38, `${within} queries within the minute from ${i}`);
    }
    assert.deepEqual([times.filter((time) => time === 0).length, times[18], times[59]], [18, 3, 126]);
  });

  it('has more turns with more units, and none to wait for with Infinity', async () => {
    const clock = new ManualClock();
    assert.equal((await turns(clock, createThrottle({ hostname: 'hub', clock, units: 3 }), 60)).filter((time) => time === 0).length, 54);
    assert.ok((await turns(clock, createThrottle({ hostname: 'hub', clock, units: Number.POSITIVE_INFINITY }), 1000)).every((time) => time === 0));
    assert.equal((await turns(clock, createThrottle({ hostname: 'hub', clock, units: 5 }), 100, 'twin-read')).filter((time) => time === 0).length, 90, 'this limit is of the whole hub');
  });

  it('tells beforehand how long many calls take', async () => {
    const clock = new ManualClock();
    assert.equal(hubSeconds('query', 60), (await turns(clock, createThrottle({ hostname: 'hub', clock, units: 1 }), 60)).at(-1));
    assert.deepEqual([hubSeconds('registry', 90), hubSeconds('registry', 1090), hubSeconds('registry', 1900, 10), hubSeconds('twin-read', 290, 5)], [0, 600, 60, 2]);
  });

  it('gives turns in the order of the calls, also after one has given up', async () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ hostname: 'hub', clock, units: 1 });
    throttle.borrow('query', 18);
    const order: number[] = [];
    const ended = new AbortController();
    const calls = [0, 1, 2, 3].map(async (n) => {
      (await throttle.turn('query', { ...turn(clock), ...(n === 1 ? { signal: ended.signal } : {}) }))();
      order.push(n);
    });
    const second = assert.rejects(calls[1]!, { code: 'interrupted' });
    ended.abort();
    await second;
    await clock.run(Promise.all([calls[0], calls[2], calls[3]]));
    assert.deepEqual(order, [0, 2, 3]);
    const slow = throttle.turn('registry', { ...turn(clock), cost: 90 });
    throttle.borrow('registry', 90);
    const quick = throttle.turn('registry', turn(clock)).then(() => order.push(5));
    await clock.run(slow.then(() => order.push(4)));
    await clock.run(quick);
    assert.deepEqual(order.slice(3), [4, 5], 'a cheap call does not overtake a dear one');
    assert.equal(clock.sleeping, 0);
    assert.equal(throttle.stats.query.waiting, 0);
    assert.equal(throttle.stats.query.waitedSeconds, 3 + 6 + 9);
  });

  it('begins with an empty bucket after the hub has throttled: it counts otherwise, or for others too', async () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ hostname: 'hub', clock, units: 1 });
    throttle.pause('query', 1_000);
    assert.deepEqual(await turns(clock, throttle, 3), [3, 6, 9]);
  });

  it('lets a request that counts as more than a full bucket have a full one', async () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ hostname: 'hub', clock, units: 1 });
    (await throttle.turn('registry', { ...turn(clock), cost: 100 }))();
    const from = clock.now();
    await clock.run(throttle.turn('registry', { ...turn(clock), cost: 100 }));
    assert.equal((clock.now() - from) / 1000, 60);
  });

  it('says what it waits for when that would be too long', async () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ hostname: 'contoso', clock, units: 1 });
    throttle.borrow('registry', 190);
    await assert.rejects(throttle.turn('registry', turn(clock, 30_000)), (error: EdgeVmError) => {
      assert.equal(error.code, 'hub-throttled');
      assert.equal(error.message, 'hub contoso: cannot read device gw in time: its limit is 100 calls of the identity registry a minute, and the next call may come in 61 s');
      assert.deepEqual(error.details, { retryAfterSeconds: 61 });
      return true;
    });
    throttle.pause('query', 45_000);
    await assert.rejects(throttle.turn('query', turn(clock, 30_000)), /the hub throttles, and the next call may come in 45 s/);
  });

  it('tells of waits that are worth telling', async () => {
    const clock = new ManualClock();
    const waits: HubWait[] = [];
    const throttle = createThrottle({ hostname: 'hub', clock, units: 1, onWait: (wait) => waits.push(wait) });
    await turns(clock, throttle, 20);
    await turns(clock, throttle, 120, 'twin-read');
    assert.deepEqual(waits, [{ what: 'read device gw', seconds: 3, limit: '20 queries a minute', throttled: false, waiting: 2 }, { what: 'read device gw', seconds: 3, limit: '20 queries a minute', throttled: false, waiting: 1 }]);
    throttle.pause('method', 5_000);
    await clock.run(throttle.turn('method', turn(clock)));
    assert.deepEqual([waits[2]?.throttled, waits[2]?.seconds], [true, 5]);
  });

  it('sends no more than 24 requests at the same time', async () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ hostname: 'hub', clock, units: Number.POSITIVE_INFINITY });
    const ends = await Promise.all(Array.from({ length: 24 }, () => throttle.turn('registry', turn(clock))));
    let entered = false;
    const last = (async () => {
      await throttle.turn('registry', turn(clock));
      entered = true;
    })();
    await ManualClock.settle();
    assert.equal(entered, false);
    ends[0]!();
    await last;
    assert.equal(entered, true);
  });
});

describe('Hub within its limits', () => {
  let fake: FakeHub;
  beforeEach(async () => {
    fake = await startFakeHub();
  });
  afterEach(() => fake.close());

  it('its counters have what holds the calls up, until there is an answer', async () => {
    const hub = await fake.connect({ clock: quickClock(), patienceMs: minute });
    fake.play = (_, response) => fail(response, 429, 'ThrottlingException', { 'Retry-After': '90' });
    await assert.rejects(hub.getDevice('d'), { code: 'hub-throttled' });
    assert.equal(hub.stats.trouble?.code, 'hub-throttled');
    assert.match(hub.stats.trouble.message, /throttles: cannot read device d/);
    fake.play = (_, response) => json(response, { deviceId: 'd', properties: {} });
    await hub.getEdgeAgentTwin('d');
    assert.equal(hub.stats.trouble, undefined);
  });

  it('the words of a wait tell whose limit it is', () => {
    const wait = { what: 'register devices', seconds: 12, limit: '100 calls of the identity registry a minute', waiting: 1 };
    assert.deepEqual([false, true].map((throttled) => troubleOf('h', { ...wait, throttled })).map((one) => `${one?.code}: ${one?.message}`), [
      'limit: hub h allows 100 calls of the identity registry a minute: waits 12 s to register devices', 'hub-throttled: hub h throttles: cannot register devices for 12 s',
    ]);
  });

  it('pauses all callers of an operation after 429, and only those', async () => {
    const clock = quickClock();
    const hub = await fake.connect({ clock, patienceMs: 10 * minute });
    const throttled = { Message: 'ErrorCode:ThrottlingBacklogTimeout;The request has been throttled. Wait 40 seconds and try again. Operation type: CRUD' };
    fake.play = (_, response, count) => (count === 1 ? json(response, throttled, 429) : json(response, { deviceId: 'd', properties: {} }));
    const first = clock.now();
    await hub.getDevice('a');
    assert.ok(clock.now() - first >= 40_000, 'a hub may say it in words only');
    assert.equal(hub.stats.operations?.registry.throttled, 1);
    assert.deepEqual([hub.stats.operations?.registry.requests, hub.stats.operations?.['twin-read'].requests], [2, 0]);
    const before = clock.waited.length;
    await hub.getEdgeAgentTwin('a');
    assert.equal(clock.waited.length, before);
  });

  it('waits for the end of throttling beyond the deadline of one call, as long as its patience lasts', async () => {
    const clock = quickClock();
    const hub = await fake.connect({ clock, patienceMs: 5 * minute });
    fake.play = (_, response, count) => (count <= 3 ? fail(response, 429, 'ThrottlingException', { 'Retry-After': '60' }) : json(response, { deviceId: 'd' }));
    assert.equal((await hub.getDevice('d'))?.deviceId, 'd');
    assert.equal(fake.seen.length, 4);
    fake.play = (_, response) => fail(response, 429, 'ThrottlingException', { 'Retry-After': '60' });
    await assert.rejects(hub.getDevice('d'), { code: 'hub-throttled' });
    assert.equal(fake.seen.length, 9, 'five minutes of one request each');
  });

  it('lets a call say how long it may wait, and knows the units from the endpoint', async () => {
    const clock = quickClock();
    const some = (count: number): string[] => Array.from({ length: count }, (_, i) => `d${i}`);
    fake.play = (_, response) => json(response, { isSuccessful: true, errors: [] });
    const large = await fake.connect({ clock, endpoint: { ...fake.endpoint, units: 2 } });
    for (const count of [100, 80]) await large.deleteDevices(some(count));
    assert.equal(clock.waited.length, 0, 'two units have 180 at once');
    const hub = await fake.connect({ clock });
    await hub.deleteDevices(some(100));
    await assert.rejects(hub.deleteDevices(some(100)), { code: 'hub-throttled', message: /cannot delete devices in time/ });
    await hub.deleteDevices(some(100), { patienceMs: 61_000 });
    assert.deepEqual([clock.waited.length, clock.waited[0]! > 59_000], [1, true]);
  });

  it('counts a second attempt too', async () => {
    const clock = quickClock();
    const hub = await fake.connect({ clock });
    fake.play = (_, response, count) => (count === 1 ? fail(response, 503, 'ServiceUnavailable') : json(response, []));
    for (let i = 0; i < 17; i += 1) await hub.existing(['d']);
    assert.equal(hub.stats.operations?.query.requests, 18, 'as many as may be sent at once');
    const before = clock.waited.length;
    await hub.existing(['d']);
    assert.equal(clock.waited.length, before + 1);
  });
});
