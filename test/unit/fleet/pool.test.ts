import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { forEachOf, Slots } from '../../../src/fleet/pool.js';
import { boundedLogs } from '../../../src/fleet/follow/bounded-logs.js';
import { FakeCluster } from '../../helpers/fake-cluster/index.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('fleet/pool', () => {
  it('works on so many items at a time, in order, and on all of them', async () => {
    let now = 0;
    let most = 0;
    const seen: number[] = [];
    await forEachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      seen.push(item);
      most = Math.max(most, now += 1);
      await turn();
      now -= 1;
    });
    assert.deepEqual([seen, most], [[1, 2, 3, 4, 5, 6, 7], 3]);
    await forEachOf([], 3, async () => assert.fail());
  });

  it('gives a slot to the one that waits longest; giving it back twice counts once', async () => {
    const slots = new Slots(1);
    const first = await slots.take();
    const order: string[] = [];
    const second = slots.take().then((release) => (order.push('second'), release));
    const third = slots.take().then((release) => (order.push('third'), release));
    first();
    first();
    await turn();
    assert.deepEqual(order, ['second']);
    assert.equal(slots.isFree, false);
    (await second)();
    await turn();
    assert.deepEqual(order, ['second', 'third']);
    (await third)();
    assert.equal(slots.isFree, true);
  });
});

describe('fleet/bounded-logs', () => {
  it('follows 16 logs; following another ends after a pause, without a line', async () => {
    const clock = new ManualClock();
    const cluster = new FakeCluster(clock);
    const followed: string[] = [];
    cluster.logs = async function* ({ pod, signal }) {
      followed.push(pod);
      yield 'line';
      if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    };
    const end = new AbortController();
    setMaxListeners(0, end.signal);
    const logs = boundedLogs(cluster, clock);
    const read = async (pod: string): Promise<string[]> => {
      const lines: string[] = [];
      for await (const line of logs.logs({ namespace: 'edge', pod, container: 'c', follow: true, signal: end.signal })) lines.push(line);
      return lines;
    };
    const streams = Array.from({ length: 16 }, (_, i) => read(`pod-${i}`));
    await turn();
    const more = read('pod-16');
    await turn();
    await clock.advance(10_000);
    assert.deepEqual(await more, []);
    assert.equal(followed.length, 16);
    end.abort();
    assert.deepEqual(await Promise.all(streams), Array.from({ length: 16 }, () => ['line']));
    const next = new AbortController();
    const again = (async () => {
      for await (const line of logs.logs({ namespace: 'edge', pod: 'pod-17', container: 'c', follow: true, signal: next.signal })) if (line !== '') next.abort();
    })();
    await again;
    assert.equal(followed.at(-1), 'pod-17');
  });
});
