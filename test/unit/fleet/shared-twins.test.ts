import assert from 'node:assert/strict';
import { sharedTwins } from '../../../src/fleet/follow/shared-twins.js';
import { FakeHub } from '../../helpers/fake-hub.js';
import { ManualClock } from '../../helpers/manual-clock.js';

describe('fleet/shared-twins', () => {
  const ids = Array.from({ length: 60 }, (_, i) => `gw-${i}`);
  let hub: FakeHub;
  let clock: ManualClock;
  let shared: FakeHub;
  const count = (call: string): number => hub.calls.filter((one) => one === call).length;
  beforeEach(() => {
    hub = new FakeHub();
    clock = new ManualClock();
    for (const id of ids) hub.register(id);
    shared = sharedTwins(hub, clock) as FakeHub;
    hub.calls.length = 0;
  });

  it('few devices are read one by one', async () => {
    await Promise.all(ids.slice(0, 49).map((id) => shared.getEdgeAgentTwin(id)));
    assert.deepEqual([count('getEdgeAgentTwin'), count('queryEdgeAgents')], [49, 0]);
  });

  it('many come from one query, which counts for ten seconds', async () => {
    await Promise.all(ids.map((id) => shared.getEdgeAgentTwin(id)));
    hub.calls.length = 0;
    const twins = await Promise.all(ids.map((id) => shared.getEdgeAgentTwin(id)));
    assert.ok(twins.every((twin) => twin?.desired.$version === 1));
    assert.deepEqual([count('getEdgeAgentTwin'), count('queryEdgeAgents')], [0, 0], 'the query of the first round');
    hub.report('gw-3', { lastDesiredStatus: { code: 200 } }, clock.iso());
    await clock.advance(10_000);
    const now = await Promise.all(ids.map((id) => shared.getEdgeAgentTwin(id)));
    assert.deepEqual([count('getEdgeAgentTwin'), count('queryEdgeAgents')], [0, 1]);
    assert.equal(now[3]?.reported.lastDesiredStatus?.code, 200);
  });

  it('a caller whose time is up does not wait for the query; the others get its answer', async () => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const query = hub.queryEdgeAgents.bind(hub);
    hub.queryEdgeAgents = async function* (all) {
      await gate;
      yield* query(all);
    };
    const limit = new AbortController();
    const [first, ...others] = ids.map((id, i) => shared.getEdgeAgentTwin(id, i === 0 ? { signal: limit.signal } : {}));
    limit.abort(new Error('no time left'));
    // The first 49 are read one by one, so the caller asks once more.
    await first;
    await assert.rejects(shared.getEdgeAgentTwin('gw-0', { signal: limit.signal }), /no time left/);
    goOn();
    assert.ok((await Promise.all(others)).every((twin) => twin !== undefined));
  });

  it('a device that the query does not know yet is read by itself; everything else goes on to the hub', async () => {
    await Promise.all(ids.map((id) => shared.getEdgeAgentTwin(id)));
    hub.register('new');
    hub.calls.length = 0;
    assert.notEqual(await shared.getEdgeAgentTwin('new'), undefined);
    assert.deepEqual(hub.calls, ['getEdgeAgentTwin']);
    assert.equal((await shared.getDevice('new'))?.deviceId, 'new');
    assert.equal(shared.hostname, hub.hostname);
  });

  it('asks no longer for devices that nobody follows', async () => {
    await Promise.all(ids.map((id) => shared.getEdgeAgentTwin(id)));
    await clock.advance(61_000);
    hub.calls.length = 0;
    await shared.getEdgeAgentTwin('gw-0');
    await shared.getEdgeAgentTwin('gw-0');
    assert.ok(count('getEdgeAgentTwin') >= 1);
    assert.ok(count('queryEdgeAgents') <= 1);
  });
});
