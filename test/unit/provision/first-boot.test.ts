import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { createRequest, deleteRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

/** Creates with that user and generation; true if a warning says that cloud-init will not run again. */
async function create(scene: Scenario, user: string, generation = 1): Promise<boolean> {
  const { warnings } = await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { firstBootGeneration: generation, guest: { user } } }) })));
  return warnings.some((warning) => warning.includes('cloud-init does not run again'));
}

const removeVm = (scene: Scenario): Promise<unknown> => scene.clock.run(deleteDevice(scene.context, deleteRequest({ keepDisk: true })));

/** KubeVirt makes a new instance from the VM as it is now. */
function restart(scene: Scenario): void {
  scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Background');
}

describe('the first boot of a disk', () => {
  it('is remembered through any number of delete --keep-disk and create', async () => {
    const scene = scenario();
    assert.equal(await create(scene, 'first'), false);
    for (let round = 0; round < 2; round += 1) {
      await removeVm(scene);
      assert.equal(await create(scene, 'second'), true);
    }
    await removeVm(scene);
    assert.equal(await create(scene, 'first'), false);
  });

  it('counts as repeated only after an instance with the new generation’s UUID', async () => {
    const scene = scenario();
    await create(scene, 'first');
    assert.equal(await create(scene, 'second', 2), false);
    await assert.rejects(create(scene, 'second'), /spec\.firstBootGeneration: must be at least 2/);
    assert.equal(await create(scene, 'second', 2), false);
    restart(scene);
    assert.equal(await create(scene, 'second', 2), false);
    assert.equal(await create(scene, 'third', 2), true, 'restarted: the disk is that of the second');
    await removeVm(scene);
    assert.equal(await create(scene, 'third', 2), true);
    assert.equal(await create(scene, 'second', 2), false);
  });

  it('is no difference when it was repeated, and is noted by the next apply', async () => {
    const scene = scenario();
    await create(scene, 'first');
    await create(scene, 'second', 2);
    restart(scene);
    const request = { device: device({ spec: { firstBootGeneration: 2, guest: { user: 'second' } } }) };
    const note = (): unknown => scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.annotations?.['edge-vm.io/first-boot-firmware-uuid'];
    const before = note();
    for (const dryRun of ['client', 'none'] as const) {
      const { changes } = await scene.clock.run(createDevice(scene.context, createRequest({ ...request, dryRun })));
      assert.deepEqual(changes.map(({ kind, outcome }) => `${kind} ${outcome}`), ['Secret unchanged', 'VirtualMachine unchanged'], dryRun);
      assert.equal(note() === before, dryRun === 'client');
    }
  });

  it('is noted by delete --keep-disk, if no create has seen it', async () => {
    const scene = scenario();
    await create(scene, 'first');
    await create(scene, 'second', 2);
    restart(scene);
    await removeVm(scene);
    assert.equal(await create(scene, 'third', 2), true);
  });

  it('keeps its generation through delete --keep-disk, where none is asked for, and refuses a lower one', async () => {
    const scene = scenario();
    await create(scene, 'first', 3);
    await removeVm(scene);
    await assert.rejects(create(scene, 'first', 2), /spec\.firstBootGeneration: must be at least 3/);
    await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { guest: { user: 'first' } } }) })));
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01')?.metadata.annotations?.['edge-vm.io/generation'], '3');
  });

  it('is still to come while the disk is being filled', async () => {
    const scene = scenario({ kubevirt: { disk: 'ImportInProgress' } });
    await create(scene, 'first');
    assert.equal(await create(scene, 'second'), false);
  });
});
