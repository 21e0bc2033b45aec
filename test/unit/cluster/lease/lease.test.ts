import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runAsLeader, type LeaderEnd, type LeaderOptions } from '../../../../src/cluster/lease/index.js';
import type { Cluster, KubeObject } from '../../../../src/cluster/types.js';
import { untilAborted } from '../../../../src/support/abort.js';
import type { Clock } from '../../../../src/support/clock.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import { ManualClock } from '../../../helpers/manual-clock.js';
import { propertyRuns } from '../../../helpers/property-runs.js';

/** One Lease, with resourceVersions. */
class LeaseServer {
  lease: KubeObject | undefined;
  writes = 0;
  #version = 0;

  create(object: KubeObject): KubeObject {
    if (this.lease !== undefined) throw new EdgeVmError('conflict', 'exists', { details: { status: 409, reason: 'AlreadyExists' } });
    return this.#store({ ...object, metadata: { ...object.metadata, uid: 'u' } });
  }

  patch({ metadata, spec }: Partial<KubeObject>): KubeObject {
    if (this.lease === undefined) throw new EdgeVmError('not-found', 'gone', { details: { name: 'lease' } });
    if (metadata?.resourceVersion !== this.lease.metadata.resourceVersion) throw new EdgeVmError('conflict', 'changed', { details: { status: 409, reason: 'Conflict' } });
    return this.#store({ ...this.lease, spec: { ...this.lease.spec, ...spec } });
  }

  #store(object: KubeObject): KubeObject {
    this.writes += 1;
    this.lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    return this.lease;
  }
}

/** The way of one process to the server: it delays, loses nothing, and holds everything back while it is cut. */
class Network {
  delayMs = 5;
  isCut = false;
  #waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  heal(): void {
    this.isCut = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Request and answer; a caller that gives up does not keep the request from arriving. */
  async send<T>(work: () => T, signal: AbortSignal | undefined): Promise<T> {
    const passing = this.#pass().then(work).then((answer) => this.#pass().then(() => answer), async (error: unknown) => {
      await this.#pass();
      throw error;
    });
    passing.catch(() => undefined);
    return untilAborted(passing, signal);
  }

  async #pass(): Promise<void> {
    await this.clock.sleep(this.delayMs);
    while (this.isCut) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

interface Process {
  network: Network;
  stop: AbortController;
  /** Signals that `onLeading` got. */
  terms: AbortSignal[];
  errors: unknown[];
  end: Promise<LeaderEnd>;
  /** Ends the work by itself. */
  finish: () => void;
  leads: () => boolean;
}

class World {
  readonly clock = new ManualClock();
  readonly server = new LeaseServer();
  readonly processes: Process[] = [];

  start(options: Partial<LeaderOptions> & { rate?: number } = {}): Process {
    const { rate = 1, ...more } = options;
    const network = new Network(this.clock);
    const own: Clock = { now: () => (this.clock.now() - 1_000_000) * rate, sleep: (ms, signal) => this.clock.sleep(ms / rate, signal) };
    const cluster = {
      get: (_: unknown, { signal }: { signal?: AbortSignal } = {}) => network.send(() => this.server.lease, signal),
      create: (object: KubeObject, { signal }: { signal?: AbortSignal } = {}) => network.send(() => this.server.create(object), signal),
      mergePatch: (_: unknown, patch: Partial<KubeObject>, { signal }: { signal?: AbortSignal } = {}) => network.send(() => this.server.patch(patch), signal),
    } as unknown as Cluster;
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const stop = new AbortController();
    const process: Process = { network, stop, terms: [], errors: [], end: Promise.resolve('done' as const), finish, leads: () => process.terms.at(-1)?.aborted === false };
    process.end = runAsLeader(cluster, {
      namespace: 'ns', name: 'lease', identity: `p${this.processes.length}`, signal: stop.signal, clock: own, wallClock: own, random: () => 0.5,
      onError: (error) => void process.errors.push(error),
      onLeading: async (signal) => {
        process.terms.push(signal);
        assert.deepEqual(this.leaders(), [process], 'nobody else leads');
        await untilAborted(finished, signal).catch(() => undefined);
      },
      ...more,
    });
    this.processes.push(process);
    return process;
  }

  leaders(): Process[] {
    return this.processes.filter((one) => one.leads());
  }
}

describe('leader election', () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(async () => {
    for (const one of world.processes) {
      one.network.heal();
      one.stop.abort();
    }
    await world.clock.run(Promise.allSettled(world.processes.map(({ end }) => end)));
    await world.clock.advance(60_000);
    assert.equal(world.clock.sleeping, 0, 'no timer is left');
  });

  it('makes one of two processes the leader, which renews the Lease every 2 s', async () => {
    const [one, two] = [world.start(), world.start()];
    await world.clock.advance(60_000);
    assert.deepEqual(world.leaders(), [one]);
    assert.ok(world.server.writes >= 25 && world.server.writes <= 31, String(world.server.writes));
    assert.match(String(world.server.lease?.spec?.['holderIdentity']), /^p0_[-0-9a-f]{36}$/);
    assert.deepEqual([world.server.lease?.spec?.['leaseDurationSeconds'], world.server.lease?.spec?.['leaseTransitions']], [15, 0]);
    assert.match(String(world.server.lease?.spec?.['renewTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.deepEqual(two.errors, []);
  });

  it('gives the Lease back when it is stopped, after the work has ended, and another one leads soon', async () => {
    let finish = (): void => undefined;
    const slow = world.start({ onLeading: async (signal) => {
      slow.terms.push(signal);
      await new Promise<void>((resolve) => (finish = resolve));
    } });
    await world.clock.advance(3_000);
    const two = world.start();
    await world.clock.advance(3_000);
    slow.stop.abort();
    await world.clock.advance(60_000);
    assert.deepEqual([slow.terms[0]?.aborted, two.terms.length], [true, 0], 'it still works, so it keeps the Lease');
    finish();
    assert.equal(await world.clock.run(slow.end), 'stopped');
    await world.clock.advance(5_000);
    assert.deepEqual([two.leads(), world.server.lease?.spec?.['leaseTransitions']], [true, 1]);
  });

  it('ends at once when it is stopped while it waits', async () => {
    world.start();
    await world.clock.advance(3_000);
    const two = world.start();
    await world.clock.advance(3_000);
    two.stop.abort();
    assert.equal(await world.clock.run(two.end, 0), 'stopped');
  });

  it('loses the leadership 10 s after the last renewal if the API server cannot be reached, before another one can have it', async () => {
    const [one, two] = [world.start(), world.start()];
    await world.clock.advance(10_000);
    one.network.isCut = true;
    await world.clock.advance(7_000);
    assert.deepEqual(world.leaders(), [one]);
    await world.clock.advance(3_500);
    assert.deepEqual(world.leaders(), []);
    await world.clock.advance(10_000);
    assert.deepEqual(world.leaders(), [two]);
    one.network.heal();
    assert.equal(await world.clock.run(one.end), 'lost');
    assert.ok(one.errors.length > 0);
  });

  it('loses it at once when somebody else holds the Lease', async () => {
    const one = world.start();
    await world.clock.advance(3_000);
    const lease = world.server.lease!;
    world.server.patch({ metadata: lease.metadata, spec: { holderIdentity: 'other' } });
    await world.clock.advance(2_100);
    assert.deepEqual([one.leads(), await world.clock.run(one.end)], [false, 'lost']);
    assert.equal(world.server.lease?.spec?.['holderIdentity'], 'other', 'it is not given back by one who has lost it');
  });

  it('keeps it when the answer of a renewal is lost, or the Lease is deleted', async () => {
    const one = world.start();
    await world.clock.advance(3_000);
    const lease = world.server.lease!;
    // As if a renewal had been done whose answer never came.
    world.server.patch({ metadata: lease.metadata, spec: { renewTime: 'x' } });
    await world.clock.advance(10_000);
    world.server.lease = undefined;
    await world.clock.advance(20_000);
    assert.deepEqual([world.leaders(), one.terms.length], [[one], 1]);
    assert.ok(world.server.lease !== undefined);
  });

  it('ends with its work: done if that is over, and with its error if it throws', async () => {
    const one = world.start();
    await world.clock.advance(3_000);
    one.finish();
    assert.equal(await world.clock.run(one.end), 'done');
    assert.equal(world.server.lease?.spec?.['holderIdentity'], '');
    const failing = world.start({ onLeading: () => Promise.reject(new Error('a fault')) });
    await assert.rejects(world.clock.run(failing.end), /a fault/);
    assert.equal(world.server.lease?.spec?.['holderIdentity'], '');
  });

  it('does not trust a leader whose machine slept: its other clock has gone on', async () => {
    let wall = 0;
    const one = world.start({ wallClock: { now: () => wall } });
    await world.clock.advance(5_000);
    assert.ok(one.leads());
    wall += 60_000;
    one.network.isCut = true;
    await world.clock.advance(2_500);
    assert.ok(!one.leads());
    one.network.heal();
    assert.equal(await world.clock.run(one.end), 'lost');
  });

  it('says that it must not work any more before its timers say it: a process that stood still goes on with the answers that wait', async () => {
    let stoodMs = 0;
    let mayWork = (): boolean => true;
    const answers: boolean[] = [];
    const clock: Clock = { now: () => world.clock.now() + stoodMs, sleep: (ms, signal) => world.clock.sleep(ms, signal) };
    const one = world.start({ clock, wallClock: clock, onLeading: async (signal, may) => {
      one.terms.push(signal);
      mayWork = may;
      await untilAborted(new Promise<void>(() => undefined), signal).catch(() => undefined);
    } });
    await world.clock.advance(5_000);
    answers.push(mayWork(), one.leads());
    stoodMs = 10_000;
    answers.push(mayWork(), one.leads());
    assert.deepEqual(answers, [true, true, false, false]);
    assert.equal(await world.clock.run(one.end), 'lost');
    assert.equal(mayWork(), false);
  });

  it('lets the last work of a leader pass that is stopped, and no work once the Lease has run out', async () => {
    let mayWork = (): boolean => false;
    let finish = (): void => undefined;
    const slow = world.start({ onLeading: async (_, may) => {
      mayWork = may;
      await new Promise<void>((resolve) => (finish = resolve));
    } });
    await world.clock.advance(3_000);
    slow.stop.abort();
    await world.clock.advance(30_000);
    assert.equal(mayWork(), true, 'it is renewed meanwhile');
    slow.network.isCut = true;
    await world.clock.advance(12_000);
    assert.equal(mayWork(), false);
    slow.network.heal();
    finish();
    assert.equal(await world.clock.run(slow.end), 'stopped');
  });

  it('never has two leaders, whatever is delayed, cut, stopped or started, and has one when the network is well again', async () => {
    const step = fc.record({ gapMs: fc.integer({ min: 100, max: 12_000 }), who: fc.nat(2), what: fc.constantFrom('cut', 'heal', 'slow', 'fast', 'stop', 'start', 'crash') });
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.array(fc.constantFrom(0.96, 1, 1.04), { minLength: 3, maxLength: 3 }), async (steps, rates) => {
      const model = new World();
      const slots = rates.map((rate) => model.start({ rate }));
      for (const { gapMs, who, what } of steps) {
        const one = slots[who]!;
        if (what === 'cut') one.network.isCut = true;
        else if (what === 'heal') one.network.heal();
        else if (what === 'slow' || what === 'fast') one.network.delayMs = what === 'slow' ? 3_000 : 5;
        else if (what === 'stop') one.stop.abort();
        else if (what === 'start') slots[who] = model.start({ rate: rates[who]! });
        // Killed: it neither works nor renews, and what it has sent may still arrive.
        else {
          one.network.isCut = true;
          one.stop.abort();
          slots[who] = model.start({ rate: rates[who]! });
        }
        for (let left = gapMs; left > 0; left -= 500) {
          await model.clock.advance(Math.min(500, left));
          assert.ok(model.leaders().length <= 1);
        }
      }
      for (const { network } of model.processes) {
        network.delayMs = 5;
        network.heal();
      }
      const last = model.start();
      await model.clock.advance(40_000);
      assert.equal(model.leaders().length, 1, 'the network is well');
      for (const { stop } of model.processes) stop.abort();
      await model.clock.run(Promise.all(model.processes.map(({ end }) => end)));
      assert.equal(await last.end, 'stopped');
    }), { numRuns: propertyRuns(25) });
  });
});
