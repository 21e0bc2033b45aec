import assert from 'node:assert/strict';
import { createQueue, type Outcome, type WorkQueue } from '../../../src/operator/queue.js';
import { ManualClock } from '../../helpers/manual-clock.js';

interface Works {
  clock: ManualClock;
  queue: WorkQueue;
  /** Keys in the order in which their works began. */
  begun: string[];
  /** Ends the oldest work of a key. */
  end: (key: string, outcome?: Outcome | Error) => Promise<void>;
  stop: AbortController;
  done: Promise<void>;
  errors: [string, unknown][];
}

function works({ concurrency = 8, random = (): number => 1 } = {}): Works {
  const clock = new ManualClock();
  const errors: [string, unknown][] = [];
  const queue = createQueue({ clock, concurrency, random, backoff: { firstMs: 1_000, maxMs: 60_000 }, onError: (key, error) => errors.push([key, error]) });
  const begun: string[] = [];
  const open: { key: string; resolve: (outcome: Outcome) => void; reject: (error: Error) => void }[] = [];
  const stop = new AbortController();
  const done = queue.run((key) => {
    begun.push(key);
    return new Promise((resolve, reject) => void open.push({ key, resolve, reject }));
  }, stop.signal);
  const end = async (key: string, outcome?: Outcome | Error): Promise<void> => {
    const [work] = open.splice(open.findIndex((one) => one.key === key), 1);
    if (outcome instanceof Error) work!.reject(outcome);
    else work!.resolve(outcome);
    await ManualClock.settle();
  };
  return { clock, queue, begun, end, stop, done, errors };
}

describe('the work queue', () => {
  it('works once on a key that was added many times before', async () => {
    const { queue, begun, clock } = works({ concurrency: 1 });
    for (let i = 0; i < 5; i++) queue.add('a');
    queue.add('b');
    await ManualClock.settle();
    assert.deepEqual(begun, ['a']);
    assert.equal(queue.stats.depth, 1, 'b waits');
    assert.equal(queue.stats.adds, 6);
    assert.equal(clock.sleeping, 0);
  });

  it('never runs two works for one key, and works once more on a key that was added meanwhile', async () => {
    const { queue, begun, end } = works();
    queue.add('a');
    await ManualClock.settle();
    queue.add('a');
    queue.add('a');
    await ManualClock.settle();
    assert.deepEqual(begun, ['a']);
    await end('a');
    assert.deepEqual(begun, ['a', 'a']);
    await end('a');
    assert.deepEqual(begun, ['a', 'a'], 'and not a third time');
  });

  it('runs at most as many works as allowed, in the order of the adds', async () => {
    const { queue, begun, end } = works({ concurrency: 2 });
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await ManualClock.settle();
    assert.deepEqual(begun, ['a', 'b']);
    await end('b');
    assert.deepEqual(begun, ['a', 'b', 'c']);
    assert.equal(queue.stats.running, 2);
  });

  it('comes again after growing pauses while a key fails, and starts from the first pause after a success', async () => {
    const { queue, begun, end, clock } = works();
    queue.add('a');
    await ManualClock.settle();
    await end('a', { failed: {} });
    await clock.advance(999);
    assert.equal(begun.length, 1);
    await clock.advance(1);
    assert.equal(begun.length, 2);
    await end('a', new Error('boom'));
    await clock.advance(1_999);
    assert.equal(begun.length, 2);
    await clock.advance(1);
    assert.equal(begun.length, 3);
    await end('a');
    queue.add('a');
    await ManualClock.settle();
    await end('a', { failed: {} });
    await clock.advance(1_000);
    assert.equal(begun.length, 5);
    assert.equal(queue.stats.retries, 3);
  });

  it('tells what a work threw', async () => {
    const { queue, end, errors } = works();
    queue.add('a');
    await ManualClock.settle();
    const boom = new Error('boom');
    await end('a', boom);
    assert.deepEqual(errors, [['a', boom]]);
  });

  it('waits as long as a server says', async () => {
    const { queue, begun, end, clock } = works();
    queue.add('a');
    await ManualClock.settle();
    await end('a', { failed: { atLeastMs: 30_000 } });
    await clock.advance(29_999);
    assert.equal(begun.length, 1);
    await clock.advance(1);
    assert.equal(begun.length, 2);
  });

  it('spreads the pauses over half of their length', async () => {
    const { queue, begun, end, clock } = works({ random: () => 0 });
    queue.add('a');
    await ManualClock.settle();
    await end('a', { failed: {} });
    await clock.advance(500);
    assert.equal(begun.length, 2);
  });

  it('lets the earliest of several times count, and an add makes the times void', async () => {
    const { queue, begun, end, clock } = works();
    queue.after('a', 5_000);
    queue.after('a', 1_000);
    queue.after('a', 9_000);
    await clock.advance(1_000);
    assert.deepEqual(begun, ['a']);
    await end('a', { afterMs: 10_000 });
    queue.add('a');
    await ManualClock.settle();
    await end('a');
    await clock.advance(20_000);
    assert.equal(begun.length, 2, 'the later look was the one that the add brought');
  });

  it('forgets the time of a key that is gone', async () => {
    const { queue, begun, clock } = works();
    queue.after('a', 1_000);
    queue.forget('a');
    await clock.advance(5_000);
    assert.deepEqual(begun, []);
    assert.equal(clock.sleeping, 0);
  });

  it('starts no work after the signal, and waits for those that run', async () => {
    const { queue, begun, end, stop, done, clock } = works({ concurrency: 1 });
    queue.add('a');
    queue.add('b');
    queue.after('c', 1_000);
    await ManualClock.settle();
    stop.abort();
    let ended = false;
    const note = async (): Promise<void> => {
      await done;
      ended = true;
    };
    void note();
    await ManualClock.settle();
    assert.equal(ended, false);
    await end('a');
    await ManualClock.settle();
    assert.equal(ended, true);
    assert.deepEqual(begun, ['a']);
    assert.equal(clock.sleeping, 0, 'no timer is left');
  });

  it('leaves no time behind that keeps the process alive, also of a work that ends after the signal', async () => {
    const { queue, end, stop, done, clock } = works();
    queue.add('a');
    queue.add('b');
    queue.after('c', 5_000);
    await ManualClock.settle();
    stop.abort();
    await ManualClock.settle();
    await end('a', { afterMs: 60_000 });
    await end('b', { failed: {} });
    await done;
    queue.after('d', 1_000);
    await ManualClock.settle();
    assert.equal(clock.sleeping, 0);
  });
});
