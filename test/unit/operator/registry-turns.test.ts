import assert from 'node:assert/strict';
import type { Hub, HubStats } from '../../../src/hub/types.js';
import { createRegistryTurns, type RegistryTurns } from '../../../src/operator/registry-turns.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const of = (perMinute: number): Pick<Hub, 'stats'> => ({ stats: { requests: 0, connections: 0, operations: { registry: { perMinute } } as NonNullable<HubStats['operations']> } });
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `edge/gw-${index}`);

/** Lets all devices come at the times that they are told; gives the second at which each had its turn. */
async function run(turns: RegistryTurns, clock: ManualClock, keys: readonly string[]): Promise<Map<string, number>> {
  const begun = clock.now();
  const times = new Map<string, number>();
  const due = new Map(keys.map((key) => [key, begun]));
  while (due.size > 0) {
    const now = Math.min(...due.values());
    await clock.advance(now - clock.now());
    for (const [key, at] of due) {
      if (at > clock.now()) continue;
      const wait = turns.take(key).waitMs;
      if (wait > 0) due.set(key, clock.now() + wait);
      else {
        times.set(key, (clock.now() - begun) / 1000);
        due.delete(key);
      }
    }
  }
  return times;
}

describe('turns at the registry of a hub', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });

  for (const units of [1, 3, 10]) {
    it(`stay within the limit of ${units} units in each minute, and use most of it`, async () => {
      const count = 500 * units;
      const times = await run(createRegistryTurns(of(100 * units), clock), clock, names(count));
      const seconds = [...times.values()];
      for (const from of seconds) {
        // The first ones are two calls each. A hub lets as many calls come at once as in a minute, and then as many as in the time.
        const within = (span: number): number => seconds.filter((at) => at >= from && at < from + span).reduce((sum, at) => sum + (at === 0 ? 2 : 1), 0);
        for (const span of [1, 15, 60, 300]) assert.ok(within(span) <= units * (90 + (100 * span) / 60), `${within(span)} calls in the ${span} s after second ${from}`);
      }
      assert.ok(Math.max(...seconds) < 330, `the last turn is after ${Math.max(...seconds)} s`);
    });
  }

  it('come in the order of the first calls, and in groups', async () => {
    const times = await run(createRegistryTurns(of(100), clock), clock, names(300));
    const seconds = names(300).map((key) => times.get(key)!);
    assert.deepEqual(seconds, seconds.toSorted((a, b) => a - b));
    assert.ok(new Set(seconds).size <= 16, 'one request serves a whole group');
  });

  it('do not wait in a quiet time, nor without a limit', async () => {
    const turns = createRegistryTurns(of(100), clock);
    for (let round = 0; round < 10; round += 1) {
      for (const key of names(10)) assert.equal(turns.take(`${key} ${round}`).waitMs, 0);
      await clock.advance(10_000);
    }
    const free = createRegistryTurns({ stats: { requests: 0, connections: 0 } }, clock);
    assert.ok(names(5_000).every((key) => free.take(key).waitMs === 0));
    assert.equal(free.perMinute, Number.POSITIVE_INFINITY);
  });

  it('tell a device the same time however often it comes', async () => {
    const turns = createRegistryTurns(of(100), clock);
    const [last = ''] = names(200).toReversed();
    const waits = names(200).map((key) => turns.take(key).waitMs);
    assert.equal(turns.take(last).waitMs, waits.at(-1));
    await clock.advance(5_000);
    assert.equal(turns.take(last).waitMs, waits.at(-1)! - 5_000);
  });

  it('keep the order also for a device that comes when a part of the limit is free again', async () => {
    const turns = createRegistryTurns(of(100), clock);
    const waits = names(60).map((key) => turns.take(key).waitMs);
    await clock.advance(Math.max(0, waits.at(-1)! - 1_000));
    assert.ok(turns.take('edge/late').waitMs >= 1_000);
  });

  it('of one time look for all their devices at once, and a failure of that is nobody’s', async () => {
    const asked: (readonly string[])[] = [];
    const hub: Pick<Hub, 'stats' | 'foresee'> = { ...of(100), foresee: async (ids) => {
      asked.push(ids);
      throw new EdgeVmError('hub-unreachable', 'no');
    } };
    const turns = createRegistryTurns(hub, clock);
    const waits = names(60).map((key) => [key, turns.take(key, `${key}!`).waitMs] as const);
    assert.deepEqual(asked, [], 'a device that comes alone is looked for by itself');
    const first = Math.min(...waits.map(([, ms]) => ms).filter((ms) => ms > 0));
    const group = waits.filter(([, ms]) => ms === first).map(([key]) => key);
    assert.ok(group.length > 10);
    await clock.advance(first);
    for (const key of group) await turns.take(key, `${key}!`).looked;
    assert.deepEqual(asked, [group.map((key) => `${key}!`)]);
  });

  it('come later when the hub throttles', () => {
    const turns = createRegistryTurns(of(100), clock);
    assert.equal(turns.take('edge/a').waitMs, 0);
    turns.pause(120_000);
    const wait = turns.take('edge/b').waitMs;
    assert.ok(wait >= 120_000 && wait <= 150_000, `${wait} ms`);
  });
});
