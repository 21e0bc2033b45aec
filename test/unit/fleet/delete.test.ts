import assert from 'node:assert/strict';
import { DataVolume, Secret } from '../../../src/cluster/kinds.js';
import { applyFleet } from '../../../src/fleet/apply/index.js';
import { fleetRequest } from '../../../src/fleet/apply/request.js';
import type { FleetContext } from '../../../src/fleet/context.js';
import { deleteFleet } from '../../../src/fleet/delete.js';
import { fleetOf } from '../../helpers/fleet-of.js';
import { putNamespaces } from '../../helpers/put-namespaces.js';
import { scenario } from '../../helpers/scenario.js';

describe('fleet/delete', () => {
  it('waits for many devices by one watch of each type', async () => {
    const { cluster, clock, hub } = scenario();
    putNamespaces({ store: cluster.store }, 'edge');
    const context: FleetContext = { cluster, hub, clock, onEvent: () => undefined };
    const devices = fleetOf(6);
    await clock.run(applyFleet(context, fleetRequest(devices, { wait: false })));
    const disks = await cluster.list(DataVolume, { namespace: 'edge' });
    assert.equal(disks.length, 6);
    // They outlive their machines, so that each device waits for its own.
    for (const { metadata: { name } } of disks) await cluster.mergePatch({ type: DataVolume, name, namespace: 'edge' }, { metadata: { ownerReferences: [], finalizers: ['test/hold'] } });
    const letGo = async (): Promise<void> => {
      await clock.sleep(20_000);
      for (const { metadata: { name } } of disks) await cluster.mergePatch({ type: DataVolume, name, namespace: 'edge' }, { metadata: { finalizers: [] } });
    };
    const before = cluster.calls.length;
    const names = devices.map(({ device: { metadata: { name } } }) => ({ name, namespace: 'edge' }));
    const [{ items }] = await Promise.all([
      clock.run(deleteFleet(context, { devices: names, deregister: false, wait: true, dryRun: 'none', timeoutMs: 600_000, concurrency: 8 })), letGo(),
    ]);
    assert.deepEqual(items.map(({ cause }) => cause), names.map(() => undefined));
    const watches = cluster.calls.slice(before).filter(({ verb }) => verb === 'watch').map(({ what }) => what);
    assert.deepEqual(watches.toSorted(), ['datavolumes', 'pods', 'virtualmachineinstances', 'virtualmachines']);
    assert.deepEqual(await cluster.list(DataVolume, { namespace: 'edge' }), []);
    assert.deepEqual(await cluster.list(Secret, { namespace: 'edge' }), []);
  });
});
