import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { kinds } from '../../src/cluster/index.js';
import type { Registration } from '../../src/operator/types.js';
import { chance } from './harness/chance.js';
import type { DeviceFleet } from './harness/device-fleet.js';
import type { Passing } from './harness/fault-proxy.js';
import { eventually } from './harness/objects.js';
import { alone, inPlace, numbers, states } from './harness/operator-place.js';
import type { Ways } from './harness/operator-replica.js';
import { assertMadeOnce, assertNoSecret, assertWhole } from './harness/oracle.js';
import type { Scene } from './harness/scene.js';
import { together } from './harness/together.js';

describe('an operator with many devices', () => {
  it('makes 50 that are applied at once', () => inPlace('fifty', async ({ scene, fleet, census, replicas }) => {
    const ways = await replicas.openWays();
    const operator = await replicas.start(ways, { flags: alone });
    await operator.ready();
    const names = numbers(50).map((number) => fleet.name(number));
    const from = performance.now();
    const [api, hub] = [ways.api.seen.length, ways.hub.seen.length];
    await Promise.all(names.map((name) => fleet.apply(name)));
    await fleet.ready(names);
    const seconds = (performance.now() - from) / 1000;
    const each = (count: number): string => (count / names.length).toFixed(2);
    console.log(`      50 devices: ${seconds.toFixed(1)} s, for each ${each(ways.api.seen.slice(api).filter(({ path }) => !path.includes('watch=true')).length)} requests to the API server and ${each(ways.hub.seen.length - hub)} to the hub, at most ${(await operator.peakMiB()).toFixed(0)} MiB`);
    await assertWhole(scene, fleet, { devices: states(names) });
    assertMadeOnce(census, names);
    await assertNoSecret(scene, fleet, { log: operator.output(), metrics: await operator.metrics() });
    operator.kill('SIGTERM');
    assert.equal((await operator.ended).code, 0, operator.output());
  })).timeout(600_000);
});

describe('the end of an operator', () => {
  const itTogether = together(3);

  const kills = Number(process.env['EDGE_VM_TEST_KILLS'] ?? 25);
  itTogether(`loses nothing and doubles nothing, killed ${kills} times while devices are made, changed and deleted`, async () => {
    const luck = chance();
    console.log(`      EDGE_VM_TEST_SEED=${luck.seed}`);
    await inPlace('kills', async ({ scene, fleet, replicas }) => {
      const ways = await replicas.openWays();
      const devices = new Map<string, Registration['state'] | 'own'>();
      const gateways = new Set<string>();
      // Two devices of the hub were there before: they stay when their resources go.
      const known = ['known-1', 'known-2'].map((name) => fleet.name(name));
      for (const name of known) await scene.hub.register(name);
      const over = new AbortController();
      const acting = (async () => {
        const names = [...numbers(10).map((number) => fleet.name(number)), ...known];
        while (!over.signal.aborted) {
          const name = luck.pick(names);
          if (!devices.has(name)) {
            // Its last life may not be over.
            if (await fleet.get(name) === undefined) {
              await fleet.apply(name);
              devices.set(name, known.includes(name) ? 'Adopted' : 'Registered');
            }
          } else if (luck.next() < 0.3) {
            await fleet.remove(name);
            devices.delete(name);
            gateways.delete(name);
          } else if (luck.next() < 0.5) {
            const isGateway = gateways.delete(name);
            if (!isGateway) gateways.add(name);
            await fleet.patch(name, { spec: { gateway: isGateway ? null : {} } });
          } else await fleet.patch(name, { metadata: { labels: { site: `site-${luck.whole(1, 9)}` } } });
          await pause(luck.whole(50, 900));
        }
      })();
      // It is awaited at the end.
      acting.catch(() => undefined);
      try {
        for (let kill = 0; kill < kills; kill += 1) {
          const sent = ways.api.seen.length;
          const operator = await replicas.start(ways, { flags: alone });
          // A slow machine takes seconds until the operator begins.
          await eventually('the operator has sent something', async () => ways.api.seen.length > sent || operator.isOver());
          // Half of the time at any moment, half of the time at a write.
          if (luck.next() < 0.5) await Promise.race([pause(luck.whole(0, 1_800)), operator.ended]);
          else await killAtWrite(operator, ways, luck.whole(1, 12), 2_000);
          assert.equal(operator.isOver() && (await operator.ended).code !== null, false, operator.output());
          operator.kill('SIGKILL');
          await operator.ended;
        }
      } finally {
        // Nothing may be made while the test takes everything away.
        over.abort();
        await acting;
      }
      const last = await replicas.start(ways, { flags: alone });
      await fleet.ready([...devices.keys()]);
      await onlyThese(fleet, scene, devices);
      await assertWhole(scene, fleet, { devices, gateways, left: known.filter((name) => !devices.has(name)) });
      await assertNoSecret(scene, fleet, { log: replicas.output(), metrics: await last.metrics() });
    });
  }, 300_000 + kills * 12_000);

  itTogether('lets another replica take over when the leader is cut off from the API server for a minute, and the leader stops before', () => inPlace('lease', async ({ scene, fleet, census, replicas }) => {
    const ways = [await replicas.openWays(), await replicas.openWays()] as const;
    const names = numbers(8).map((number) => fleet.name(number));
    const first = await replicas.start(ways[0], { env: { POD_NAME: 'first' } });
    await eventually('the first replica leads', async () => first.output().includes('"message":"works"'));
    const second = await replicas.start(ways[1], { env: { POD_NAME: 'second' } });
    await second.ready();
    await Promise.all(names.slice(0, 4).map((name) => fleet.apply(name)));
    await fleet.ready(names.slice(0, 4));
    assert.deepEqual(writesOf(ways[1]), [], 'the second one stands by');

    // It has always something to do. Then it cannot renew its Lease; all else that it sends arrives.
    const busy = setInterval(() => void fleet.patch(names[Date.now() % 4]!, { metadata: { labels: { at: `t${Date.now()}` } } }).catch(() => undefined), 500);
    try {
      const before = writesOf(ways[0]).length;
      await eventually('the first replica works', async () => writesOf(ways[0]).length > before + 4);
      ways[0].api.decide = ({ path }) => (path.includes('/leases/') ? 'drop' : 'pass');
      assert.equal((await first.ended).code, 1, first.output());
      await eventually('the second replica works', async () => writesOf(ways[1]).length > 0);
    } finally {
      clearInterval(busy);
    }
    // Its process may take longer to end, but it asks for nothing any more.
    const last = Math.max(...[...ways[0].api.seen, ...ways[0].hub.seen].filter(({ path }) => !path.includes('/leases')).map((one) => one.at));
    const begun = Math.min(...writesOf(ways[1]).map((one) => one.at));
    assert.ok(last < begun, `the last request of the first replica is ${begun - last} ms before the first write of the second`);

    // Nothing that the second sends arrives for a minute; the first one, started again, takes over.
    ways[0].api.decide = () => 'pass';
    const third = await replicas.start(ways[0], { env: { POD_NAME: 'third' } });
    await third.ready();
    const [toHub, toApi] = [ways[1].hub.seen.length, ways[1].api.seen.length];
    const from = Date.now();
    ways[1].api.decide = () => 'drop';
    ways[1].api.cut();
    await Promise.all([...names.slice(4).map((name) => fleet.apply(name)), fleet.remove(names[0]!)]);
    assert.equal((await second.ended).code, 1, second.output());
    const stopped = Date.now();
    await eventually('the third replica leads', async () => third.output().includes('"message":"works"'));
    const rest = names.slice(1);
    await fleet.ready(rest);
    await fleet.gone([names[0]!]);
    // It is started again as a pod is, and stands by.
    let fourth = await replicas.start(ways[1], { env: { POD_NAME: 'fourth' } });
    await pause(Math.max(0, from + 60_000 - Date.now()));
    assert.ok(ways[1].api.seen.slice(toApi).every(({ status }) => status === undefined), 'nothing arrived');
    assert.deepEqual(ways[1].hub.seen.slice(toHub).filter((one) => one.writes && one.at > stopped), [], 'nor did it change the hub after its end');
    ways[1].api.decide = () => 'pass';
    await eventually('the fourth replica is ready', async () => {
      // What it had sent before may still end it.
      if (fourth.isOver()) fourth = await replicas.start(ways[1], { env: { POD_NAME: 'fourth' } });
      return fourth.ready().then(() => true, (error: unknown) => {
        if (!fourth.isOver()) throw error;
        return false;
      });
    });
    await assertWhole(scene, fleet, { devices: states(rest) });
    assertMadeOnce(census, names);

    // Ended in order, it gives the Lease back.
    third.kill('SIGTERM');
    assert.equal((await third.ended).code, 0, third.output());
    await fleet.patch(rest[0]!, { metadata: { labels: { site: 'west' } } });
    await eventually('the label is on the VM', async () => (await scene.get(kinds.VirtualMachine, rest[0]!))?.metadata.labels?.['site'] === 'west');
    await assertNoSecret(scene, fleet, { log: replicas.output() });
  }));

  itTogether('writes nothing as a leader that stood still while another one took over', () => inPlace('still', async ({ scene, fleet, census, replicas }) => {
    const ways = [await replicas.openWays(), await replicas.openWays()] as const;
    const names = numbers(6).map((number) => fleet.name(number));
    const first = await replicas.start(ways[0], { env: { POD_NAME: 'first' } });
    await eventually('the first replica leads', async () => first.output().includes('"message":"works"'));
    const second = await replicas.start(ways[1], { env: { POD_NAME: 'second' } });
    await second.ready();
    await Promise.all(names.map((name) => fleet.apply(name)));
    await fleet.ready(names);
    // On a slow machine, the first one may have lost its Lease already: then the second one leads, and a third one stands by.
    const hasLost = first.isOver();
    if (hasLost) await (await replicas.start(ways[0], { env: { POD_NAME: 'third' } })).ready();
    const leader = hasLost ? second : first;
    const [own, others] = hasLost ? [ways[1], ways[0]] : [ways[0], ways[1]];
    const othersBefore = writesOf(others).length;
    // Always something to do, also at the moment when it goes on.
    const busy = setInterval(() => void Promise.all(names.map((name) => fleet.patch(name, { metadata: { labels: { at: `t${Date.now()}` } } }))).catch(() => undefined), 500);
    try {
      const before = writesOf(own).length;
      await eventually('the leader works', async () => writesOf(own).length > before + 4);
      // It stands still while it handles answers. When it goes on, it handles the others first, and its timers, which know of the lost Lease, after them.
      let answer = (): void => undefined;
      const answerAfter = new Promise<void>((resolve) => (answer = resolve));
      const waiting = own.api.seen.length;
      own.api.decide = ({ path }) => (/\/leases|watch=true/.test(path) ? 'pass' : { answerAfter });
      await eventually('requests of the leader wait for their answers', async () => own.api.seen.slice(waiting).filter(({ path, status }) => !path.includes('/leases') && status !== undefined).length > 3);
      own.api.decide = () => 'pass';
      answer();
      await pause(3);
      leader.kill('SIGSTOP');
      await eventually('the other replica works', async () => writesOf(others).length > othersBefore);
      await pause(1_000);
      const goesOn = Date.now();
      leader.kill('SIGCONT');
      assert.equal((await leader.ended).code, 1, leader.output());
      assert.deepEqual(writesOf(own).filter(({ at }) => at > goesOn).map(({ method, path }) => `${method} ${path}`), []);
    } finally {
      clearInterval(busy);
    }
    await fleet.ready(names);
    await assertWhole(scene, fleet, { devices: states(names) });
    assertMadeOnce(census, names);
  }));
});

/** What a replica has changed, its Lease apart. */
function writesOf({ api, hub }: Ways): Passing[] {
  return [...api.seen, ...hub.seen].filter(({ writes, path }) => writes && !path.includes('/leases'));
}

/** Kills at the write of that number: before it reaches the server, or when the server has done it. */
async function killAtWrite(operator: { kill: (signal: NodeJS.Signals) => void; ended: Promise<unknown> }, { api, hub }: Ways, count: number, limitMs: number): Promise<void> {
  let left = count;
  const decide = ({ writes }: Passing): 'pass' | 'drop' | { dropAnswerAfter: () => void } => {
    if (!writes || (left -= 1) !== 0) return 'pass';
    if (count % 2 === 0) return { dropAnswerAfter: () => operator.kill('SIGKILL') };
    operator.kill('SIGKILL');
    return 'drop';
  };
  api.decide = decide;
  hub.decide = decide;
  await Promise.race([operator.ended, pause(limitMs)]);
  api.decide = () => 'pass';
  hub.decide = () => 'pass';
}

/** Waits until all others are gone. */
async function onlyThese(fleet: DeviceFleet, scene: Scene, devices: ReadonlyMap<string, unknown>): Promise<void> {
  const names = (await scene.list(kinds.EdgeDevice)).map(({ metadata }) => metadata.name);
  await fleet.gone(names.filter((name) => !devices.has(name)));
}
