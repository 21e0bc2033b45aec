import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { kinds } from '../../src/cluster/index.js';
import { apiStatus, badly, chance, hubStatus } from './harness/chance.js';
import { conditionIs } from './harness/device-fleet.js';
import { eventually } from './harness/objects.js';
import { alone, inPlace, numbers, states } from './harness/operator-place.js';
import { assertMadeOnce, assertNoSecret, assertWhole } from './harness/oracle.js';
import { kubectl } from './harness/programs.js';
import { together } from './harness/together.js';

describe('the operator under faults', () => {
  const itTogether = together(3);

  itTogether('goes on when the API server was down, while devices were made, changed and deleted', () => inPlace('api', async ({ scene, fleet, census, replicas }) => {
    const ways = await replicas.openWays();
    const operator = await replicas.start(ways, { flags: alone });
    const names = numbers(6).map((number) => fleet.name(number));
    const [first, second, ...rest] = names as [string, string, ...string[]];
    // It has its key in a Secret: the one secret of this test that nobody but the device may have.
    const key = randomBytes(32).toString('base64');
    const canary = fleet.name('own');
    const connectionString = await scene.hub.register(canary, { key });
    await kubectl(['create', 'secret', 'generic', 'own', '-n', scene.namespace, `--from-literal=connection-string=${connectionString}`]);
    await operator.ready();
    await Promise.all([first, second].map((name) => fleet.apply(name)));
    await fleet.ready([first, second]);

    const away = async (ms: number, change: () => Promise<unknown>): Promise<void> => {
      ways.api.decide = () => 'drop';
      ways.api.cut();
      await change();
      await pause(ms);
      assert.equal(operator.isOver(), false, operator.output());
      ways.api.decide = () => 'pass';
    };
    await away(12_000, () => Promise.all([
      ...rest.map((name) => fleet.apply(name)), fleet.apply(canary, { identity: { connectionString: { secretRef: { name: 'own' } } } }),
      fleet.patch(first, { metadata: { labels: { site: 'north' } } }), fleet.remove(second),
    ]));
    await fleet.gone([second]);
    // In the middle of it all.
    await away(5_000, () => Promise.all([fleet.remove(rest[0]!), fleet.patch(rest[1]!, { spec: { gateway: {} } })]));
    await fleet.gone([rest[0]!]);
    const kept = [first, ...rest.slice(1)];
    await fleet.ready([...kept, canary]);
    await eventually('the label is on the VM', async () => (await scene.get(kinds.VirtualMachine, first))?.metadata.labels?.['site'] === 'north');

    await assertWhole(scene, fleet, { devices: new Map([...states(kept), [canary, 'own'] as const]), gateways: new Set([rest[1]!]) });
    assertMadeOnce(census, [...kept, canary]);
    await assertNoSecret(scene, fleet, { log: operator.output(), metrics: await operator.metrics() }, [key]);
  }));

  itTogether('goes on when the hub was down while devices were made and deleted, and leaves a hub device that a person gives up', () => inPlace('hub', async ({ scene, fleet, census, replicas }) => {
    const ways = await replicas.openWays();
    const operator = await replicas.start(ways, { flags: alone });
    const names = numbers(4).map((number) => fleet.name(number));
    const [first, second, third, last] = names as [string, string, string, string];
    await operator.ready();
    ways.hub.decide = () => 'drop';
    ways.hub.cut();
    await Promise.all(names.map((name) => fleet.apply(name)));
    for (const name of names) {
      const { reason, message } = await conditionIs(fleet, name, 'Accepted', 'False');
      assert.equal(reason, 'HubUnreachable', message);
    }
    ways.hub.decide = () => 'pass';
    await fleet.ready(names);

    // It answers queries, and all else fails.
    ways.hub.decide = ({ path }) => (path.includes('/query') ? 'pass' : { status: 503, body: JSON.stringify(hubStatus(503)) });
    await Promise.all([first, second].map((name) => fleet.remove(name)));
    for (const name of [first, second]) {
      const { reason, message } = await conditionIs(fleet, name, 'HubDeviceRemoved', 'False');
      assert.equal(reason, 'HubUnreachable', message);
      assert.ok(message.includes(`kubectl annotate edgedevice ${name} -n ${scene.namespace} edge-vm.io/abandon-hub-device=true`), message);
      assert.equal(await scene.get(kinds.VirtualMachine, name), undefined, 'the cluster does not wait for the hub');
    }
    await fleet.patch(first, { metadata: { annotations: { 'edge-vm.io/abandon-hub-device': 'true' } } });
    await fleet.gone([first]);
    assert.notEqual(await fleet.get(second), undefined, 'nobody gave this one up');
    ways.hub.decide = () => 'pass';
    await fleet.remove(third);
    await fleet.gone([second, third]);

    await assertWhole(scene, fleet, { devices: states([last]), left: [first] });
    assertMadeOnce(census, names);
    assert.equal(operator.isOver(), false, 'it is the same process');
    await assertNoSecret(scene, fleet, { log: operator.output(), metrics: await operator.metrics() });
  }));

  itTogether('removes the hub devices with the namespace of their devices', () => inPlace('gone', async ({ scene, fleet, replicas }) => {
    const operator = await replicas.start(await replicas.openWays(), { flags: alone });
    const names = numbers(3).map((number) => fleet.name(number));
    await Promise.all(names.map((name) => fleet.apply(name)));
    await fleet.ready(names);
    await kubectl(['delete', 'namespace', scene.namespace, '--wait=false']);
    await eventually('the namespace is gone', async () => (await scene.cluster.get({ type: kinds.Namespace, name: scene.namespace })) === undefined);
    assert.deepEqual(await fleet.inHub(), []);
    assert.equal(operator.isOver(), false, operator.output());
  }, { everywhere: true }));

  itTogether('loses nothing and doubles nothing behind a bad network: watches cut each 5 s, 10 % of the answers 429, 5xx or lost', async () => {
    const luck = chance();
    console.log(`      EDGE_VM_TEST_SEED=${luck.seed}`);
    await inPlace('bad', async ({ scene, fleet, census, replicas }) => {
      const ways = await replicas.openWays();
      ways.api.decide = badly(luck, 0.1, apiStatus);
      ways.hub.decide = badly(luck, 0.1, hubStatus);
      const operator = await replicas.start(ways, { flags: alone });
      const cutting = setInterval(() => ways.api.cutWatches(), 5_000);
      try {
        const known = fleet.name('known');
        await scene.hub.register(known);
        const names = [known, ...numbers(20).map((number) => fleet.name(number))];
        const [doomed, kept] = [names.slice(0, 7), names.slice(7)];
        for (const name of names) {
          await fleet.apply(name);
          await pause(luck.whole(0, 300));
        }
        // In all states: some come up, some are ready.
        const gateways = new Set(kept.slice(0, 6));
        for (const [i, name] of doomed.entries()) {
          await fleet.patch(kept[i]!, gateways.has(kept[i]!) ? { spec: { gateway: {} } } : { metadata: { labels: { site: 'south' } } });
          await fleet.remove(name);
          await pause(luck.whole(0, 1_500));
        }
        await fleet.ready(kept);
        await fleet.gone(doomed);
        for (const name of gateways) await fleet.patch(name, { metadata: { labels: { site: 'east' } } });
        await fleet.ready(kept);
        await assertWhole(scene, fleet, { devices: states(kept), gateways, left: [known] });
        assertMadeOnce(census, kept);
        assert.equal(operator.isOver(), false, 'it is the same process');
        await assertNoSecret(scene, fleet, { log: operator.output(), metrics: await operator.metrics() });
      } finally {
        clearInterval(cutting);
      }
    });
  });
});
