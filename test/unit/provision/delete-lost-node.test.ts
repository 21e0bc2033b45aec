import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { ProvisionError } from '../../../src/readiness/provision-error.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { addNode, launcher, setNode } from '../../helpers/lost-node.js';
import { createRequest, deleteRequest, scenario, type Scenario } from '../../helpers/scenario.js';

function finalizersOf(scene: Scenario, finalizers: string[]): void {
  for (const [kind, name] of [['Pod', launcher(scene)], ['VirtualMachineInstance', 'gw-01']] as const) {
    if (scene.cluster.find(kind, name) !== undefined) scene.cluster.edit(kind, 'edge', name, 'test', (object) => void (object.metadata.finalizers = finalizers));
  }
}

/** A running device whose instance and pod end only when `finalizersOf` lets them, as kubelet and virt-handler would. */
async function up(): Promise<Scenario> {
  const scene = scenario();
  addNode(scene);
  await scene.clock.run(createDevice(scene.context, createRequest()));
  finalizersOf(scene, ['test/kubelet']);
  return scene;
}

async function remove(scene: Scenario, timeoutMs: number): Promise<EdgeVmError> {
  const error: unknown = await scene.clock.run(deleteDevice(scene.context, deleteRequest({ timeoutMs }))).then(() => undefined, (reason: unknown) => reason);
  assert.ok(EdgeVmError.is(error), String(error));
  return error;
}

const warnings = (scene: Scenario): string[] => scene.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

describe('deleting a device whose node is lost', () => {
  it('says at once which node, since when and what to do, and says it again when the time runs out', async () => {
    const scene = await up();
    setNode(scene, 'lost');
    const since = scene.clock.iso();
    const error = await remove(scene, 60_000);
    assert.equal(error.code, 'timed-out');
    const node = `node node-1 does not answer since ${since} (NodeStatusUnknown)`;
    assert.equal(error.message, `gw-01 is still being deleted: VirtualMachine, VirtualMachineInstance, launcher pod; ${node}`);
    const advice = `The VM ends when the node is back. If you are sure that the node is off and stays off: kubectl delete node node-1; or, for this VM alone: kubectl delete pod ${launcher(scene)} -n edge --force.`;
    assert.equal(error.hint, `${advice} Delete again to continue.`);
    assert.deepEqual([error.details['node'], error.details['since']], ['node-1', since]);
    assert.equal(ProvisionError.is(error) && error.result.cause?.hint, error.hint);
    assert.deepEqual(warnings(scene), [`${node}, so gw-01 cannot be deleted yet. ${advice}`], 'reported once');
    assert.equal(scene.events.find(({ type }) => type === 'warning')!.at - Date.parse(since), 3_000);
    assert.equal(scene.clock.sleeping, 0);
  });

  it('says it from the pod’s readiness where nodes may not be read, and asks for them once only', async () => {
    const scene = await up();
    scene.cluster.forbidden.add('get nodes');
    setNode(scene, 'lost');
    const error = await remove(scene, 60_000);
    assert.match(error.message, /; node node-1 does not answer, or is not ready since /);
    assert.match(error.hint ?? '', /kubectl delete node node-1/);
    assert.equal(scene.cluster.calls.filter(({ verb, what }) => verb === 'get' && what === 'nodes').length, 1);
  });

  it('says when the node is back, and goes on to the end', async () => {
    const scene = await up();
    const done = deleteDevice(scene.context, deleteRequest({ timeoutMs: 600_000 }));
    await scene.clock.advance(1_000);
    setNode(scene, 'lost');
    await scene.clock.advance(60_000);
    assert.equal(warnings(scene).length, 1);
    setNode(scene, 'back');
    await scene.clock.advance(20_000);
    assert.ok(scene.events.some((event) => event.type === 'step' && event.step === 'wait for the VM gw-01 to shut down: node node-1 is back'));
    finalizersOf(scene, []);
    const { changes } = await scene.clock.run(done);
    assert.ok(changes.some(({ kind, outcome }) => kind === 'Secret' && outcome === 'deleted'));
    assert.equal(scene.clock.sleeping, 0);
  });

  it('says nothing about a node that is well, also if the guest takes long', async () => {
    const scene = await up();
    const error = await remove(scene, 60_000);
    assert.match(error.hint ?? '', /^A guest may need some time/);
    assert.doesNotMatch(error.message, /node/);
    assert.deepEqual(warnings(scene), []);
  });

  it('does not look at nodes while a delete goes well', async () => {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest()));
    scene.cluster.calls.length = 0;
    await scene.clock.run(deleteDevice(scene.context, deleteRequest()));
    assert.ok(!scene.cluster.calls.some(({ what }) => what === 'nodes'));
  });
});
