import assert from 'node:assert/strict';
import { applyFleet } from '../../../src/fleet/apply/index.js';
import { fleetRequest } from '../../../src/fleet/apply/request.js';
import type { FleetContext } from '../../../src/fleet/context.js';
import { forEachDevice } from '../../../src/fleet/each.js';
import { statusFleet } from '../../../src/fleet/status.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { fleetOf } from '../../helpers/fleet-of.js';
import { putNamespaces } from '../../helpers/put-namespaces.js';
import { scenario, type Scenario } from '../../helpers/scenario.js';

describe('fleet/status', () => {
  async function fleet(count: number): Promise<{ scene: Scenario; context: FleetContext }> {
    const scene = scenario();
    putNamespaces(scene.cluster, 'edge');
    const context: FleetContext = { cluster: scene.cluster, hub: scene.hub, clock: scene.clock, onEvent: () => undefined };
    await scene.clock.run(applyFleet(context, fleetRequest(fleetOf(count), { wait: false })));
    return { scene, context };
  }

  it('asks about many devices by lists: more devices need only the requests for what no list gives', async () => {
    const requestsOf = async (count: number): Promise<string[]> => {
      const { scene, context } = await fleet(count);
      scene.cluster.calls.length = 0;
      const { items } = await scene.clock.run(statusFleet(context, { devices: { namespace: 'edge' } }));
      assert.equal(items.length, count);
      return scene.cluster.calls.map(({ verb, what }) => `${verb} ${what}`).filter((one) => !['get secrets', 'logs pods'].includes(one) && !one.includes('log')).sort();
    };
    const few = await requestsOf(8);
    assert.deepEqual(await requestsOf(16), few);
    assert.ok(few.filter((one) => one === 'list events').length <= 1, few.join());
    assert.ok(!few.includes('get virtualmachines'), few.join());
  });

  it('shows of each device what getStatus shows', async () => {
    const { scene, context } = await fleet(9);
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-03', 'virt-api', (vm) => void Object.assign(vm['spec'] as object, { runStrategy: 'Halted' }));
    const { items } = await scene.clock.run(statusFleet(context, { devices: { namespace: 'edge' } }));
    for (const item of items) {
      const alone = await scene.clock.run(getStatus({ ...context, onEvent: () => undefined }, { name: item.name, namespace: 'edge' }));
      assert.deepEqual({ ...item, conditions: item.conditions.map(({ type, status, reason, message }) => [type, status, reason, message]) }, { ...alone, conditions: alone.conditions.map(({ type, status, reason, message }) => [type, status, reason, message]) }, item.name);
    }
  });

  it('shows what the caller may read: without the right to list events, pods or Secrets, less detail', async () => {
    const { scene, context } = await fleet(9);
    for (const right of ['list events', 'list pods', 'get secrets', 'list datavolumes', 'list edgedevices', 'get nodes']) scene.cluster.forbidden.add(right);
    const { items, summary } = await scene.clock.run(statusFleet(context, { devices: { namespace: 'edge' } }));
    assert.deepEqual([items.length, summary.failed, summary.unread], [9, 0, 0], JSON.stringify(summary.causes));
  });

  it('a device that is being read when somebody ends the run is interrupted, whatever its reads throw', async () => {
    const { context } = await fleet(2);
    const ended = new AbortController();
    const { items } = await forEachDevice({ ...context, signal: ended.signal }, ['gw-01', 'gw-02', 'gw-03'].map((name) => ({ name, namespace: 'edge' })), 2, async (_, { name }) => {
      if (name === 'gw-02') ended.abort();
      await new Promise(setImmediate);
      throw name === 'gw-01' ? ended.signal.reason : new Error('the socket was closed');
    });
    assert.deepEqual(items.map(({ cause }) => cause?.code), ['interrupted', 'interrupted', 'interrupted']);
  });

  it('ends at once with every device interrupted, if somebody has ended the run', async () => {
    const { scene, context } = await fleet(3);
    const ended = new AbortController();
    const names = [1, 2, 3].map((n) => ({ name: `gw-0${n}`, namespace: 'edge' }));
    ended.abort();
    const { items } = await scene.clock.run(statusFleet({ ...context, signal: ended.signal }, { devices: names }));
    assert.deepEqual(items.map(({ cause }) => cause?.code), names.map(() => 'interrupted'));
  });
});
