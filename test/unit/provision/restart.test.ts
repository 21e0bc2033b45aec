import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { restartDevice } from '../../../src/provision/restart.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

const refusals = {
  'a restart that virt-api has noted': () => new EdgeVmError('no-cluster', 'cannot restart virtualmachines gw-01 now: unable to complete request: stop/start already underway'),
  'a restart whose old instance has just gone': () => new EdgeVmError('admission-refused', 'cannot restart virtualmachines gw-01: VM is not running: Halted'),
};

/** virt-api refuses a restart `times` times; then the old instance ends, and the next one comes. */
async function underWay(refusal: () => EdgeVmError, times: number): Promise<Scenario & { sent: () => number }> {
  const scene = scenario();
  await scene.clock.run(createDevice(scene.context, createRequest()));
  let sent = 0;
  scene.cluster.before = ({ verb }) => {
    if (verb !== 'restart') return;
    sent += 1;
    if (sent >= times) scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Background');
    throw refusal();
  };
  return { ...scene, sent: () => sent };
}

const request = { name: 'gw-01', namespace: 'edge', wait: true, waitFor: 'running', timeoutMs: 120_000 } as const;

describe('a restart', () => {
  for (const [what, refusal] of Object.entries(refusals)) {
    it(`waits for ${what}`, async () => {
      const scene = await underWay(refusal, 3);
      const old = scene.cluster.find('VirtualMachineInstance', 'gw-01')?.metadata.uid;
      const result = await scene.clock.run(restartDevice(scene.context, request));
      assert.equal(result.cause, undefined, result.cause?.message);
      assert.equal(scene.sent(), 3);
      assert.notEqual(scene.cluster.find('VirtualMachineInstance', 'gw-01')?.metadata.uid, old);
    });

    it(`with create and apply waits for ${what}`, async () => {
      const scene = await underWay(refusal, 2);
      const result = await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { vm: { memory: '3Gi' } } }), restart: true, waitFor: 'running' })));
      assert.equal(result.cause, undefined, result.cause?.message);
      assert.equal(result.changes.find(({ kind }) => kind === 'VirtualMachine')?.detail, 'restarted');
    });
  }

  it('is timed-out if an earlier one stays under way, and throws other refusals at once', async () => {
    const scene = await underWay(refusals['a restart that virt-api has noted'], 1e9);
    await assert.rejects(scene.clock.run(restartDevice(scene.context, request)), { code: 'timed-out', message: /an earlier start or stop was still under way/ });
    scene.cluster.before = ({ verb }) => {
      if (verb === 'restart') throw new EdgeVmError('forbidden', 'not allowed to restart');
    };
    await assert.rejects(scene.clock.run(restartDevice(scene.context, request)), { code: 'forbidden' });
  });

  it('sends nothing if the instance already ends', async () => {
    const scene = await underWay(refusals['a restart that virt-api has noted'], 1);
    scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'test', (vmi) => {
      vmi.metadata.finalizers = ['test/slow'];
    });
    scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Background');
    const result = await scene.clock.run(restartDevice(scene.context, { ...request, wait: false }));
    assert.deepEqual([result.cause, scene.sent()], [undefined, 0]);
  });
});
