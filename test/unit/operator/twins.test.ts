import assert from 'node:assert/strict';
import { createTwins, type Twins } from '../../../src/operator/twins.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { FakeHub } from '../../helpers/fake-hub.js';
import { ManualClock } from '../../helpers/manual-clock.js';

interface Polled {
  clock: ManualClock;
  hub: FakeHub;
  twins: Twins;
  changed: string[][];
  logs: string[];
  fleet: { ids: string[]; eager: boolean };
  queries: () => number;
  stop: AbortController;
}

function polled(ids: string[] = ['a', 'b'], before: FakeHub['before'] = () => undefined): Polled {
  const clock = new ManualClock();
  const hub = new FakeHub();
  for (const id of ids) hub.register(id);
  hub.before = before;
  const changed: string[][] = [];
  const logs: string[] = [];
  const fleet = { ids, eager: false };
  const log = (message: string): void => void logs.push(message);
  const twins = createTwins({ hub, clock, random: () => 0.5, log: { info: log, warn: log, error: log }, intervalMs: 60_000, devices: () => fleet, onChange: (some) => void changed.push([...some]) });
  const stop = new AbortController();
  void twins.run(stop.signal);
  return { clock, hub, twins, changed, logs, fleet, stop, queries: () => hub.calls.filter((call) => call === 'queryEdgeAgents').length };
}

describe('the twins of a hub', () => {
  it('come from one query for all devices, again after the interval', async () => {
    const { clock, twins, queries } = polled();
    await clock.advance(0);
    assert.equal(queries(), 1);
    assert.equal(twins.of('a').answer?.value?.reported.$version, 1);
    assert.equal(twins.of('strange').answer?.value, undefined);
    await clock.advance(59_000);
    assert.equal(queries(), 1);
    await clock.advance(2_000);
    assert.equal(queries(), 2);
  });

  it('come more often while devices come up, at once after the change', async () => {
    const { clock, fleet, queries } = polled();
    await clock.advance(30_000);
    fleet.eager = true;
    await clock.advance(2_500);
    assert.equal(queries(), 2);
    await clock.advance(30_000);
    assert.equal(queries(), 5);
  });

  it('stay within the queries of an S1 unit for thousands of devices', async () => {
    const { clock, fleet, queries } = polled(Array.from({ length: 5_000 }, (_, i) => `d${i}`));
    fleet.eager = true;
    await clock.advance(600_000);
    // 10 pages each: 20 queries of a minute are 2 of these.
    assert.ok(queries() <= 16 && queries() >= 10, `${queries()} in ten minutes`);
  });

  it('tell which devices changed', async () => {
    const { clock, hub, changed } = polled();
    await clock.advance(0);
    assert.deepEqual(changed, [['a', 'b']]);
    await clock.advance(61_000);
    assert.equal(changed.length, 1);
    hub.report('b', { lastDesiredStatus: { code: 200 } }, clock.iso());
    await clock.advance(61_000);
    assert.deepEqual(changed.slice(1), [['b']]);
    hub.devices.delete('a');
    hub.twins.delete('a');
    await clock.advance(61_000);
    assert.deepEqual(changed.slice(2), [['a']]);
  });

  it('stay as they were while the hub does not answer, and one line says so', async () => {
    const { clock, hub, twins, changed, logs } = polled();
    await clock.advance(0);
    hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'no answer');
    };
    await clock.advance(600_000);
    assert.ok(twins.of('a').answer?.value !== undefined);
    assert.equal(changed.length, 1);
    assert.deepEqual(logs, ['cannot read the twins of a hub']);
    hub.before = () => undefined;
    await clock.advance(61_000);
    assert.deepEqual(logs, ['cannot read the twins of a hub', 'the hub answers again']);
  });

  it('are a known problem if the hub never answered', async () => {
    const scene = polled(['a', 'b'], () => {
      throw new EdgeVmError('hub-unreachable', 'no answer');
    });
    await scene.twins.first;
    assert.deepEqual(scene.twins.of('a'), { answer: undefined, problem: 'no answer' });
    assert.deepEqual(scene.changed, [['a', 'b']]);
    scene.stop.abort();
  });

  it('are not asked for while there is no device', async () => {
    const { clock, queries } = polled([]);
    await clock.advance(300_000);
    assert.equal(queries(), 0);
  });
});
