import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { NO_LOGIN } from '../../src/render/index.js';
import { assertCause, assertCode } from './harness/cli.js';
import { eventually, objectsOf, outcomes } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';
import { together } from './harness/together.js';

describe('edge-vm delete on the lab', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('delete');
  });
  after(() => scene.close());
  const itTogether = together();

  itTogether('shows with a dry run what it would do, and does none of it', async () => {
    const name = scene.name('dry');
    const created = await scene.run(['create', name, '--register', '--gateway', '-o', 'json', '--wait-for', 'running']);
    assertCode(created, 0);
    const before = await objectsOf(scene, name);
    const run = await scene.run(['delete', name, '--deregister', '--dry-run', 'client', '-o', 'json']);
    assertCode(run, 0);
    assert.deepEqual(outcomes(run.json()).toSorted(), ['DataVolume deleted', 'Device deleted', 'Secret deleted', 'Service deleted', 'VirtualMachine deleted']);
    assert.deepEqual(await objectsOf(scene, name), before);
    assert.notEqual(await scene.hub.device(name), undefined);
    assertCode(await scene.run(['delete', name]), 0);
    assert.notEqual(await scene.hub.device(name), undefined, 'the hub’s device stays unless asked');
  });

  itTogether('keeps the disk when asked to, and create takes it up again', async () => {
    const name = scene.name('keep');
    assertCode(await scene.run(['create', name, '--register']), 0);
    const [disk, claim] = [await scene.get(kinds.DataVolume, `${name}-root`), await scene.get(kinds.PersistentVolumeClaim, `${name}-root`)];
    const kept = await scene.run(['delete', name, '--keep-disk', '-o', 'json']);
    assertCode(kept, 0);
    assert.deepEqual(outcomes(kept.json()).toSorted(), ['DataVolume kept', 'Secret deleted', 'VirtualMachine deleted']);
    // Long enough for the garbage collector to have come by.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.deepEqual(await objectsOf(scene, name), [`DataVolume/${name}-root`, `PersistentVolumeClaim/${name}-root`]);
    const again = await scene.run(['create', name, '--register', '-o', 'json']);
    assertCode(again, 0);
    assert.equal(again.json().ready, true);
    assert.deepEqual(again.json().warnings, [NO_LOGIN], 'the same user-data as the disk’s');
    const [nowDisk, nowClaim, vm] = await Promise.all([scene.get(kinds.DataVolume, `${name}-root`), scene.get(kinds.PersistentVolumeClaim, `${name}-root`), scene.get(kinds.VirtualMachine, name)]);
    assert.deepEqual([nowDisk?.metadata.uid, nowClaim?.metadata.uid], [disk?.metadata.uid, claim?.metadata.uid], 'the very disk');
    assert.deepEqual(nowDisk?.metadata.ownerReferences?.map((owner) => owner.uid), [vm?.metadata.uid]);
    assertCode(await scene.run(['delete', name, '--keep-disk']), 0);
    // A later delete of what is left takes the disk as well.
    const rest = await scene.run(['delete', name, '-o', 'json']);
    assertCode(rest, 0);
    assert.deepEqual(outcomes(rest.json()), ['DataVolume deleted']);
    await eventually('the claim is gone', async () => (await objectsOf(scene, name)).length === 0);
  });

  itTogether('leaves what others made alone', async () => {
    const name = scene.name('other');
    await scene.cluster.create({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: scene.namespace }, spec: { ports: [{ port: 80 }] } });
    assertCause(await scene.run(['delete', name, '-o', 'json']), 3, 'not-found');
    assert.notEqual(await scene.get(kinds.Service, name), undefined);
    assertCause(await scene.run(['create', name, '--register', '--gateway', '-o', 'json']), 3, 'not-owned');
  });

  itTogether('returns at once with --no-wait', async () => {
    const name = scene.name('nowait');
    assertCode(await scene.run(['create', name, '--register', '--wait-for', 'running']), 0);
    assertCode(await scene.run(['delete', name, '--no-wait']), 0);
    await eventually('all is gone', async () => (await objectsOf(scene, name)).length === 0);
  });
});
