import assert from 'node:assert/strict';
import { at } from '../../../src/support/plain.js';
import { operatorScene, register, settled } from './helpers/scene.js';

const tagged = (site: string): Record<string, unknown> => ({ identity: { register: { tags: { site } } } });

describe('a change of the spec that comes at a bad moment', () => {
  it('is not lost while the VM is being deleted by hand, and is not said to be accepted before', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(tagged('north'));
    await settled(scene);
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'somebody', ({ metadata }) => void (metadata.finalizers = ['test/slow']));
    scene.cluster.store.delete('VirtualMachine/edge/gw-01', 'Background');
    await settled(scene, 1_000);
    scene.apply({ ...tagged('south'), edge: { agentImage: 'mcr.microsoft.com/azureiotedge-agent:1.5' } });
    await settled(scene, 5_000);
    assert.equal(scene.status().observedGeneration, 1, 'the change is not looked at yet');
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'somebody', ({ metadata }) => void (metadata.finalizers = []));
    await settled(scene, 1_000);
    assert.deepEqual(scene.errors, []);
    assert.deepEqual(scene.hub.tagsOf.get('gw-01'), { site: 'south' });
    assert.equal(scene.status().observedGeneration, 2);
  });

  it('is not lost while many devices wait for their turn at the registry', async () => {
    const scene = operatorScene({ perMinute: 4 });
    scene.start();
    const names = Array.from({ length: 6 }, (_, i) => `gw-${i}`);
    for (const name of names) scene.apply(tagged('north'), { name });
    await settled(scene, 300_000);
    assert.equal(scene.hub.devices.size, 6);
    for (const name of names) scene.apply(tagged('south'), { name });
    await settled(scene, 2_000);
    const waiting = names.filter((name) => scene.condition('Accepted', name)?.reason === 'HubBusy');
    assert.ok(waiting.length > 0, 'some wait, and say so');
    for (const name of waiting) assert.equal(scene.status(name).observedGeneration, 1);
    await settled(scene, 300_000);
    assert.deepEqual(scene.errors, []);
    for (const name of names) {
      assert.deepEqual(scene.hub.tagsOf.get(name), { site: 'south' }, name);
      assert.deepEqual([scene.condition('Accepted', name)?.status, scene.status(name).observedGeneration], ['True', 2], name);
    }
  });

  it('is not lost if it comes just before the first words of the status', async () => {
    const scene = operatorScene();
    scene.start();
    let isChanged = false;
    scene.cluster.before = ({ verb, what }) => {
      if (isChanged || verb !== 'patch' || what !== 'edgedevices') return;
      isChanged = true;
      scene.apply({ ...register, vm: { memory: '3Gi' } });
    };
    scene.apply(register);
    await settled(scene, 5_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(at(scene.cluster.find('VirtualMachine', 'gw-01'), 'spec', 'template', 'spec', 'domain', 'memory', 'guest'), '3Gi');
    assert.equal(scene.status().observedGeneration, 2);
  });
});

describe('an object that somebody deletes while the operator looks at the device', () => {
  it('is put back', async () => {
    const scene = operatorScene();
    const { kill } = scene.start();
    scene.apply(register);
    await settled(scene, 30_000);
    kill();
    let isDeleted = false;
    scene.cluster.after = ({ verb, what }) => {
      if (isDeleted || verb !== 'get' || what !== 'secrets') return;
      isDeleted = true;
      scene.cluster.store.delete('Secret/edge/gw-01-cloud-init', 'Background');
    };
    scene.start();
    await settled(scene, 30_000);
    assert.ok(isDeleted);
    assert.deepEqual(scene.errors, []);
    assert.ok(scene.cluster.find('Secret', 'gw-01-cloud-init'));
  });
});

describe('a deletion that the cluster refuses', () => {
  it('says why, and goes on when it is allowed', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    scene.cluster.forbidden.add('delete virtualmachines');
    scene.remove();
    await settled(scene, 5_000);
    const { status, reason, message } = scene.condition('Ready')!;
    assert.deepEqual([status, reason], ['False', 'Deleting']);
    assert.match(message, /^is being deleted; this failed, and is tried again: .*virtualmachines/);
    scene.cluster.forbidden.clear();
    await settled(scene, 300_000);
    assert.equal(scene.device(), undefined);
  });
});
