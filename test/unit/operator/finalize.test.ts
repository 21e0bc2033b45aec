import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { gate } from '../../helpers/gate.js';
import { operatorScene, register, settled, unreachable, type OperatorScene } from './helpers/scene.js';

async function running(spec: Record<string, unknown> = register): Promise<OperatorScene> {
  const scene = operatorScene();
  scene.start();
  scene.apply(spec);
  await settled(scene);
  assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'), JSON.stringify(scene.status()));
  return scene;
}

/** A device that was made by an operator which has ended. */
async function stopped(spec: Record<string, unknown> = register): Promise<OperatorScene> {
  const scene = operatorScene();
  const { kill } = scene.start();
  scene.apply(spec);
  await settled(scene, 30_000);
  kill();
  return scene;
}

/** A device whose disks stay, guarded against the garbage collector. */
async function retained(): Promise<{ scene: OperatorScene; kill: () => void }> {
  const scene = operatorScene();
  scene.cluster.store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'edge' } }, new Map());
  const { kill } = scene.start();
  scene.apply({ ...register, deletionPolicy: 'Retain' });
  await settled(scene, 30_000);
  return { scene, kill };
}

/** A person gives the hub device up. */
function abandon(scene: OperatorScene, value: string): void {
  scene.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'kubectl', ({ metadata }) => void (metadata.annotations = { ...metadata.annotations, 'edge-vm.io/abandon-hub-device': value }));
}

function left(scene: OperatorScene): string[] {
  return scene.cluster.store.all().filter(({ kind }) => kind !== 'EdgeDevice').map(({ kind, metadata: { name } }) => `${kind}/${name}`).sort();
}

describe('the finalizer', () => {
  it('removes VM, disks, hub device, Secret and Service, then the resource', async () => {
    const scene = await running({ ...register, gateway: {} });
    scene.remove();
    await settled(scene, 1_000);
    assert.deepEqual(scene.errors, []);
    assert.deepEqual(left(scene), []);
    assert.equal(scene.hub.devices.size, 0);
    assert.equal(scene.device(), undefined);
  });

  it('keeps the disks if the spec says so, and a new device of that name uses them again', async () => {
    const scene = await running({ ...register, deletionPolicy: 'Retain' });
    const disk = scene.cluster.find('DataVolume', 'gw-01-root')?.metadata.uid;
    scene.remove();
    await settled(scene, 1_000);
    assert.equal(scene.device(), undefined);
    assert.deepEqual(left(scene), ['DataVolume/gw-01-root']);
    scene.apply({ ...register, deletionPolicy: 'Retain' });
    await settled(scene);
    assert.equal(scene.cluster.find('DataVolume', 'gw-01-root')?.metadata.uid, disk);
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'), JSON.stringify(scene.status().conditions));
  });

  it('keeps the disks when the garbage collector deletes the VM before the operator does', async () => {
    const { scene, kill } = await retained();
    const disk = (): KubeObject => scene.cluster.find('DataVolume', 'gw-01-root')!;
    const { uid } = disk().metadata;
    assert.deepEqual(disk().metadata.ownerReferences?.map(({ kind }) => kind), ['VirtualMachine', 'Namespace']);
    kill();
    scene.cluster.store.delete('EdgeDevice/edge/gw-01', 'Foreground');
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01'), undefined, 'the garbage collector was faster');
    scene.start();
    await settled(scene, 1_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined);
    const kept = disk();
    assert.equal(kept.metadata.uid, uid);
    assert.deepEqual(kept.metadata.ownerReferences, []);
    assert.equal(kept.metadata.labels?.['edge-vm.io/kept-disk'], 'true');
    assert.equal(kept.metadata.annotations?.['edge-vm.io/device-id'], 'gw-01');
    assert.match(kept.metadata.annotations?.['edge-vm.io/first-boot-user-data-hash'] ?? '', /./);
  });

  it('lets the disks go with the VM again when the policy changes, or when only the resource is deleted', async () => {
    for (const change of ['policy', 'orphan']) {
      const { scene } = await retained();
      const owners = (): string[] => scene.cluster.find('DataVolume', 'gw-01-root')!.metadata.ownerReferences!.map(({ kind }) => kind);
      assert.deepEqual(owners(), ['VirtualMachine', 'Namespace']);
      if (change === 'policy') scene.apply({ ...register, deletionPolicy: 'Delete' });
      else {
        scene.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'kubectl', ({ metadata }) => void metadata.finalizers?.push('orphan'));
        scene.remove();
      }
      await settled(scene, 1_000);
      assert.deepEqual(scene.errors, []);
      assert.deepEqual(owners(), ['VirtualMachine'], change);
    }
  });

  it('removes or keeps disks also of a VM whose labels and annotations somebody changed', async () => {
    for (const deletionPolicy of ['Delete', 'Retain']) {
      const scene = await stopped({ ...register, deletionPolicy });
      scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'kubectl', ({ metadata }) => {
        Object.assign(metadata, { labels: { 'app.kubernetes.io/managed-by': 'me' }, annotations: { ...metadata.annotations, 'edge-vm.io/device-id': 'zzz' } });
      });
      scene.remove();
      scene.start();
      await settled(scene, 1_000);
      assert.deepEqual(scene.errors, []);
      assert.equal(scene.device(), undefined);
      assert.deepEqual(left(scene), deletionPolicy === 'Retain' ? ['DataVolume/gw-01-root'] : []);
      assert.equal(scene.hub.devices.size, 0);
    }
  });

  it('leaves a VM alone that somebody made under the name of the device, and does not wait for it', async () => {
    const scene = await stopped();
    scene.cluster.store.delete('VirtualMachine/edge/gw-01', 'Foreground');
    await settled(scene, 1_000);
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01'), undefined);
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw-01', namespace: 'edge' }, spec: { runStrategy: 'Halted' } }, new Map());
    scene.remove();
    scene.start();
    await settled(scene, 61_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined, JSON.stringify(scene.status().conditions));
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });

  it('does not wait for the instance of a VM that somebody made under the name of the device', async () => {
    const scene = await stopped();
    scene.cluster.store.delete('VirtualMachine/edge/gw-01', 'Foreground');
    await settled(scene, 1_000);
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw-01', namespace: 'edge', uid: 'other' }, spec: { runStrategy: 'Halted' } }, new Map());
    const ownerReferences = [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: 'gw-01', uid: 'other' }];
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance', metadata: { name: 'gw-01', namespace: 'edge', ownerReferences } }, new Map());
    scene.remove();
    scene.start();
    await settled(scene, 1_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined, JSON.stringify(scene.status().conditions));
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });

  it('leaves the device if the garbage collector has orphaned it while no operator ran', async () => {
    const scene = await stopped();
    for (const [kind, name] of [['VirtualMachine', 'gw-01'], ['Secret', 'gw-01-cloud-init']] as const) {
      scene.cluster.edit(kind, 'edge', name, 'gc', ({ metadata }) => {
        metadata.ownerReferences = [];
      });
    }
    scene.remove();
    scene.start();
    await settled(scene, 1_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined, JSON.stringify(scene.status().conditions));
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
    assert.ok(scene.hub.devices.has('gw-01'));
  });

  it('removes the hub device only after instance and launcher pod are gone', async () => {
    const scene = await running();
    const pod = scene.cluster.store.all().find(({ kind }) => kind === 'Pod')!;
    scene.cluster.edit('Pod', 'edge', pod.metadata.name, 'kubelet', (object) => {
      object.metadata.finalizers = ['test/slow'];
    });
    scene.remove();
    await settled(scene, 1_000);
    assert.ok(scene.hub.devices.has('gw-01'));
    assert.match(scene.condition('Ready')?.message ?? '', /still there: .*Pod virt-launcher-/);
    scene.cluster.edit('Pod', 'edge', pod.metadata.name, 'kubelet', (object) => {
      object.metadata.finalizers = [];
    });
    await settled(scene);
    assert.equal(scene.hub.devices.size, 0);
    assert.equal(scene.device(), undefined);
  });

  it('says what is left if the hub cannot be reached, tries again slowly, and removes it when the hub is back', async () => {
    const scene = await running();
    unreachable(scene, ['deleteDevice']);
    scene.remove();
    await settled(scene, 600_000);
    const removed = scene.condition('HubDeviceRemoved');
    assert.equal(removed?.status, 'False');
    assert.equal(removed?.reason, 'HubUnreachable');
    assert.equal(scene.condition('Ready')?.message, 'is being deleted; device gw-01 is still in hub.example.net: the hub does not answer', 'a line of kubectl get');
    assert.match(removed?.message ?? '', /device gw-01 is still in hub\.example\.net: the hub does not answer\. .*kubectl annotate edgedevice gw-01 -n edge edge-vm\.io\/abandon-hub-device=true/);
    const tries = scene.hub.calls.filter((call) => call === 'deleteDevice').length;
    assert.ok(tries > 4 && tries < 15, `${tries} tries in ten minutes`);
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01'), undefined, 'the VM did not wait for the hub');
    scene.hub.before = () => undefined;
    await settled(scene, 300_000);
    assert.equal(scene.device(), undefined);
    assert.equal(scene.hub.devices.size, 0);
  });

  it('remembers that the hub refused without the work that asked it', async () => {
    const scene = await running();
    let read = 0;
    const failure = Object.defineProperty(new EdgeVmError('forbidden', 'no right to delete'), 'stack', { get: () => `EdgeVmError ${(read += 1)}` });
    scene.hub.before = (call) => {
      if (call === 'deleteDevice') throw failure;
    };
    scene.remove();
    await settled(scene, 1_000);
    assert.equal(scene.condition('HubDeviceRemoved')?.status, 'False');
    assert.ok(read > 0, 'nobody has read the stack');
  });

  it('says that the hub is asked before it answers, and in an Event that the deletion waits', async () => {
    const scene = await running();
    const seen: unknown[] = [];
    scene.hub.before = (call) => {
      if (call !== 'deleteDevice') return;
      seen.push(scene.condition('HubDeviceRemoved')?.reason, scene.condition('Ready')?.message);
      throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };
    scene.remove();
    await settled(scene, 600_000);
    assert.deepEqual(seen.slice(0, 2), ['Removing', 'is being deleted; device gw-01 is being removed in hub.example.net']);
    const told = (): string[] => scene.events.filter((event) => event.includes('Warning HubUnreachable'));
    assert.equal(told().length, 1);
    abandon(scene, 'yes');
    await settled(scene, 1_000);
    assert.match(scene.condition('HubDeviceRemoved')!.message, /abandon-hub-device=true --overwrite\. Annotation .* has value "yes", but only "true" counts/);
    assert.equal(told().length, 2);
  });

  it('leaves the hub device if somebody gives it up', async () => {
    const scene = await running();
    unreachable(scene, ['deleteDevice']);
    scene.remove();
    await settled(scene, 1_000);
    abandon(scene, 'true');
    await settled(scene);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.hub.devices.has('gw-01'));
    assert.deepEqual(left(scene), []);
    assert.ok(scene.events.some((event) => event.includes('HubDeviceAbandoned')));
  });

  it('leaves the device if only the resource is deleted', async () => {
    const scene = await running();
    scene.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'kubectl', (device) => {
      device.metadata.finalizers = [...(device.metadata.finalizers ?? []), 'orphan'];
    });
    scene.remove();
    await settled(scene);
    assert.deepEqual(scene.device()?.metadata.finalizers, ['orphan']);
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
    assert.ok(scene.hub.devices.has('gw-01'));
  });

  it('removes a hub device that was announced when the operator was killed, also if it is not there', async () => {
    const scene = operatorScene();
    const first = scene.start();
    scene.hub.before = (call) => {
      if (call !== 'ensureDevice') return;
      first.kill();
      throw new EdgeVmError('interrupted', 'killed');
    };
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.status().registration?.state, 'Registering');
    scene.hub.before = () => undefined;
    scene.remove();
    scene.start();
    await settled(scene, 1_000);
    assert.match(scene.condition('HubDeviceRemoved')?.message ?? '', /is not in hub\.example\.net, but a request to register it may still be on its way/);
    assert.ok(!scene.events.some((event) => event.includes('Warning Removing')), 'nobody has to do anything');
    const calls = (): number => scene.hub.calls.filter((call) => call === 'deleteDevice').length;
    assert.equal(calls(), 1);
    // The request of the operator that was killed is carried out now.
    await scene.hub.ensureDevice('gw-01');
    await settled(scene, 16_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined);
    assert.equal(scene.hub.devices.size, 0);
    assert.equal(calls(), 2);
  });

  it('gives the device up at once while the hub does not answer', async () => {
    const scene = await running();
    scene.hub.deleteDevice = () => new Promise(() => undefined);
    scene.remove();
    await settled(scene, 5_000);
    assert.match(scene.condition('HubDeviceRemoved')!.message, /is being removed in/);
    abandon(scene, 'true');
    await settled(scene);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.hub.devices.has('gw-01'));
  });

  for (const [what, call, words] of [
    ['is registered', 'ensureDevice', /^is being deleted; the request to register device gw-01 in hub\.example\.net is under way, and the operator waits for its end/],
    ['is looked for', 'getDevice', /^is being deleted; a request about the device to its hub is under way/],
  ] as const) {
    it(`says within seconds what the deletion waits for while a device ${what} in a hub that does not answer`, async () => {
      const scene = operatorScene();
      scene.start();
      const asked = gate();
      const real = scene.hub[call].bind(scene.hub) as (...args: unknown[]) => Promise<never>;
      scene.hub[call] = async (...args: unknown[]) => asked.opened.then(() => real(...args));
      scene.apply(register);
      await settled(scene, 3_000);
      scene.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'somebody', ({ metadata }) => void (metadata.finalizers = [...(metadata.finalizers ?? []), 'test/other']));
      scene.remove();
      await settled(scene, 2_000);
      assert.deepEqual([scene.condition('Ready')?.status, scene.condition('Ready')?.reason], ['False', 'Deleting']);
      assert.match(scene.condition('Ready')!.message, words);
      asked.open();
      await settled(scene, 20_000);
      assert.deepEqual(scene.errors, []);
      assert.deepEqual(scene.device()?.metadata.finalizers, ['test/other']);
      assert.deepEqual([scene.hub.devices.size, left(scene)], [0, []]);
      assert.ok(!scene.events.some((event) => event.includes('Normal Ready')));
    });
  }

  it('keeps the device of somebody else that was found while the resource was deleted', async () => {
    const scene = operatorScene();
    scene.start();
    const asked = gate();
    const ensureDevice = scene.hub.ensureDevice.bind(scene.hub);
    scene.hub.ensureDevice = async (id, options) => {
      scene.hub.register(id);
      await asked.opened;
      return ensureDevice(id, options);
    };
    scene.apply(register);
    await settled(scene, 3_000);
    scene.remove();
    await settled(scene, 2_000);
    asked.open();
    await settled(scene, 20_000);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.hub.devices.has('gw-01'), 'it was there before');
  });

  it('says nothing of the VM any more while the hub device is being removed', async () => {
    const scene = await running();
    assert.deepEqual([scene.status().stage === undefined, scene.status().vm === undefined, scene.condition('Applied')?.status], [false, false, 'True']);
    unreachable(scene, ['deleteDevice']);
    scene.remove();
    await settled(scene, 1_000);
    const { stage, vm, edge, summary, device, registration } = scene.status();
    assert.deepEqual([stage, vm, edge, summary], [undefined, undefined, undefined, undefined]);
    assert.deepEqual([device?.id, registration?.state], ['gw-01', 'Registered']);
    for (const type of ['Applied', 'DiskReady', 'Running', 'Connected', 'UpToDate']) assert.deepEqual([scene.condition(type)?.status, scene.condition(type)?.reason], ['False', 'Deleting'], type);
  });

  it('says why it waits for the hub if the device was never registered', async () => {
    const scene = operatorScene();
    scene.start();
    unreachable(scene, ['ensureDevice', 'deleteDevice'], 'the hub answers 500');
    scene.apply(register);
    await settled(scene, 3_000);
    assert.equal(scene.status().registration?.state, 'Registering');
    let first = '';
    const deleteDevice = scene.hub.deleteDevice.bind(scene.hub);
    scene.hub.deleteDevice = async (id) => {
      first ||= scene.condition('HubDeviceRemoved')?.message ?? '';
      return deleteDevice(id);
    };
    scene.remove();
    await settled(scene, 1_000);
    assert.match(first, /^device gw-01 is being removed in hub\.example\.net, because its registration began and did not end \(.*the hub answers 500.*\): it may be there$/);
    assert.match(scene.condition('HubDeviceRemoved')!.message, /^device gw-01 may be in hub\.example\.net, because its registration began and did not end: the hub answers 500\. .*abandon-hub-device=true/);
  });

  it('says so if the time ran out before the hub answered', async () => {
    const scene = await running();
    scene.hub.deleteDevice = () => new Promise(() => undefined);
    scene.remove();
    await settled(scene, 61_000);
    const { status, reason, message } = scene.condition('HubDeviceRemoved')!;
    assert.deepEqual([status, reason], ['False', 'HubUnreachable']);
    assert.match(message, /has not carried out the request to delete device gw-01 in time/);
    assert.deepEqual(scene.errors, []);
  });

  it('asks the hub only once for a device whose registration has ended', async () => {
    const scene = await running();
    scene.hub.devices.delete('gw-01');
    scene.remove();
    await settled(scene, 1_000);
    assert.equal(scene.device(), undefined);
    assert.equal(scene.hub.calls.filter((call) => call === 'deleteDevice').length, 1);
  });

  it('continues wherever an operator was killed', async () => {
    for (let step = 1; step <= 12; step += 1) {
      const scene = await running();
      let count = 0;
      let isKilled = false;
      const kill = (): void => {
        count += 1;
        if (count !== step) return;
        isKilled = true;
        throw new EdgeVmError('interrupted', 'killed');
      };
      scene.cluster.after = ({ verb }) => (['patch', 'delete', 'apply'].includes(verb) ? kill() : undefined);
      scene.remove();
      await settled(scene, 10_000);
      assert.equal(scene.device(), undefined, `killed after write ${step}${isKilled ? '' : ' (never)'}`);
      assert.deepEqual(left(scene), []);
      assert.equal(scene.hub.devices.size, 0);
    }
  });
});
