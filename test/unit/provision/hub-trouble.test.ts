import assert from 'node:assert/strict';
import { deleteFleet } from '../../../src/fleet/delete.js';
import { waitFleet } from '../../../src/fleet/wait.js';
import type { HubTrouble } from '../../../src/hub/types.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { restartDevice } from '../../../src/provision/restart.js';
import { startDevice } from '../../../src/provision/start.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { waitDevice } from '../../../src/provision/wait.js';
import type { Cause, DeviceResult, ProvisionContext } from '../../../src/readiness/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { ManualClock } from '../../helpers/manual-clock.js';
import { createRequest, deleteRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';
import { configuredRecord } from '../../helpers/stage-record.js';

const trouble: HubTrouble = { code: 'hub-throttled', message: 'hub h throttles: cannot call for 9 s', hint: 'Add units' };
const calls = ['getDevice', 'deleteDevice', 'getEdgeAgentTwin', 'ensureDevice', 'ping'] as const;

/** From now on these calls wait for their turn until the caller gives up. */
function stall(scene: Scenario, which: readonly (typeof calls)[number][] = calls): void {
  const never = (_id: string, call: { signal?: AbortSignal } = {}): Promise<never> => new Promise((_resolve, reject) => {
    call.signal?.addEventListener('abort', () => reject(call.signal!.reason as Error), { once: true });
  });
  Object.assign(scene.hub, { stats: { requests: 0, connections: 0, trouble } }, Object.fromEntries(which.map((name) => [name, never])));
}

/** A device whose runtime is configured: only the hub can show more. */
async function configured(): Promise<Scenario> {
  const scene = scenario();
  await scene.clock.run(createDevice(scene.context, createRequest()));
  await ManualClock.settle();
  const pod = scene.cluster.store.all().find(({ kind }) => kind === 'Pod')!;
  scene.cluster.logStore.write(pod.metadata.name, configuredRecord());
  return scene;
}

async function causeOf(scene: Scenario, work: Promise<DeviceResult>): Promise<Pick<Cause, 'code' | 'message'> & { hint?: string | undefined }> {
  const result = await scene.clock.run(work.catch((error: unknown) => {
    assert.ok(EdgeVmError.is(error), String(error));
    return { cause: error };
  }));
  assert.ok(result.cause !== undefined, 'the time was up');
  return result.cause;
}

const how = { name: 'gw-01', namespace: 'edge', waitFor: 'connected', timeoutMs: 30_000 } as const;
const commands: Readonly<Record<string, (context: ProvisionContext) => Promise<DeviceResult>>> = {
  create: (context) => createDevice(context, createRequest({ timeoutMs: 30_000, device: device({ metadata: { name: 'gw-02' }, spec: { identity: { register: { deviceId: 'gw-02' } }, deviceId: 'gw-02' } }), identity: { kind: 'register', deviceId: 'gw-02' } })),
  'delete, before it deletes anything': (context) => deleteDevice(context, deleteRequest({ deregister: true, timeoutMs: 30_000 })),
  wait: (context) => waitDevice(context, how),
  start: (context) => startDevice(context, { ...how, wait: true }),
  restart: (context) => restartDevice(context, { ...how, wait: true }),
};

describe('a time-out while the hub does not let calls through', () => {
  for (const [name, run] of Object.entries(commands)) {
    it(`says so: ${name}`, async () => {
      const scene = await configured();
      stall(scene);
      // An earlier restart ends the instance, and virt-api refuses this one until the next instance has come.
      scene.cluster.before = ({ verb }) => {
        if (verb !== 'restart') return;
        scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Background');
        throw new EdgeVmError('no-cluster', 'unable to complete request: stop/start already underway');
      };
      const working = run(scene.context);
      if (name === 'restart') {
        await scene.clock.advance(2000);
        for (const { kind, metadata } of scene.cluster.store.all()) if (kind === 'Pod') scene.cluster.logStore.write(metadata.name, configuredRecord());
      }
      const { code, message, hint } = await causeOf(scene, working);
      assert.equal(code, 'timed-out', message);
      assert.ok(message.includes(`; ${trouble.message}`), message);
      assert.match(hint ?? '', /Add units\. /);
    });
  }

  it('says so, and what is left: delete, of the hub device', async () => {
    const scene = await configured();
    stall(scene, ['deleteDevice']);
    const { code, message, hint } = await causeOf(scene, deleteDevice(scene.context, deleteRequest({ deregister: true, timeoutMs: 30_000 })));
    assert.equal(code, 'timed-out');
    assert.equal(message, `gw-01 was not deleted in time; ${trouble.message}; the VM is deleted, and device gw-01 is still in the hub`);
    assert.match(hint ?? '', /^Add units\. Do the same again, or delete it there: az iot hub/);
  });

  it('says so once, also of many devices', async () => {
    const scene = await configured();
    stall(scene);
    const context = { ...scene.context, onEvent: () => undefined };
    const devices = [{ name: 'gw-01', namespace: 'edge' }];
    const waited = await scene.clock.run(waitFleet(context, { devices, waitFor: 'connected', timeoutMs: 30_000 }));
    const deleted = await scene.clock.run(deleteFleet(context, { devices, deregister: true, wait: true, dryRun: 'none', timeoutMs: 30_000, concurrency: 2 }));
    for (const { cause } of [...waited.items, ...deleted.items]) {
      assert.equal(cause?.code, 'timed-out');
      assert.equal(cause.message.split(trouble.message).length, 2, cause.message);
    }
  });

  it('says so in the warning of status', async () => {
    const scene = await configured();
    stall(scene);
    const { warnings } = await scene.clock.run(getStatus(scene.context, { name: 'gw-01', namespace: 'edge' }));
    assert.deepEqual(warnings, [`the hub could not be asked: the hub hub.example.net did not answer in time; ${trouble.message}`]);
  });

  it('says nothing of it where the wait is for the cluster', async () => {
    const scene = await configured();
    stall(scene);
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'test', (vmi) => void (vmi.metadata.finalizers = ['test/slow']));
    const { message } = await causeOf(scene, deleteDevice(scene.context, deleteRequest({ timeoutMs: 30_000 })));
    assert.match(message, /^gw-01 is still being deleted: VirtualMachine, VirtualMachineInstance$/);
  });
});
