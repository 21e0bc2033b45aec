import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { boundedLogs } from '../../../src/fleet/follow/bounded-logs.js';
import { FakeCluster } from '../../helpers/fake-cluster/index.js';
import { ManualClock } from '../../helpers/manual-clock.js';

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
    await setImmediate();
    const more = read('pod-16');
    await setImmediate();
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
