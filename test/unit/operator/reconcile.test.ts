import assert from 'node:assert/strict';
import * as kinds from '../../../src/cluster/kinds.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import { operatorScene, register, settled, type OperatorScene } from './helpers/scene.js';
import { stageRecord } from '../../helpers/stage-record.js';
import { CANARY, decodings } from '../../helpers/scenario.js';
import { at } from '../../../src/support/plain.js';
import { EdgeVmError, InvalidInputError } from '../../../src/support/errors.js';
import { SecretValue } from '../../../src/identity/secret.js';

/** The edge agent reports: from then on the device is connected. */
async function connect(scene: OperatorScene, id = 'gw-01'): Promise<void> {
  scene.hub.report(id, { lastDesiredStatus: { code: 417 } }, scene.clock.iso(1_000));
  await settled(scene, 61_000);
}

/** All by which an object shows whose it is. */
const tamperings: Record<string, (object: KubeObject) => void> = {
  'managed-by label': ({ metadata }) => void (metadata.labels = { ...metadata.labels, 'app.kubernetes.io/managed-by': 'me' }),
  'instance label': ({ metadata }) => void (metadata.labels = { ...metadata.labels, 'app.kubernetes.io/instance': 'zzz' }),
  'device-id annotation': ({ metadata }) => void (metadata.annotations = { ...metadata.annotations, ...('edge-vm.io/device-id' in (metadata.annotations ?? {}) ? { 'edge-vm.io/device-id': 'zzz' } : {}) }),
  'hub annotation': ({ metadata }) => void (metadata.annotations = { ...metadata.annotations, ...('edge-vm.io/hub' in (metadata.annotations ?? {}) ? { 'edge-vm.io/hub': 'zzz.example.net' } : {}) }),
};

describe('the reconciler', () => {
  it('makes a device from its resource, and tells its state in the status', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.deepEqual(scene.errors, []);
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
    assert.ok(scene.cluster.find('Secret', 'gw-01-cloud-init'));
    assert.ok(scene.hub.devices.has('gw-01'));
    assert.deepEqual(scene.status().registration, { state: 'Registered', hub: scene.hub.hostname, deviceId: 'gw-01' });
    assert.equal(scene.condition('Accepted')?.status, 'True');
    assert.equal(scene.condition('Ready')?.status, 'False');
    assert.equal(scene.status().stage, 'running');
    await connect(scene);
    assert.equal(scene.condition('Ready')?.status, 'True');
    assert.equal(scene.status().summary?.code, '417 no deployment yet');
    assert.equal(scene.status().observedGeneration, 1);
    assert.equal(scene.condition('Ready')?.observedGeneration, 1);
    assert.deepEqual(scene.device()?.metadata.finalizers, ['edge-vm.io/device']);
    assert.deepEqual(scene.events.map((event) => event.split(':')[0]), ['gw-01 Normal Registered', 'gw-01 Normal Applied', 'gw-01 Normal Ready']);
  });

  it('removes a tag that the spec has no more, and no tag of others', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply({ identity: { register: { tags: { site: 'north', line: '7' } } } });
    await settled(scene);
    scene.hub.tagsOf.set('gw-01', { ...scene.hub.tagsOf.get('gw-01'), of: 'others' });
    scene.apply({ identity: { register: { tags: { site: 'south' } } } });
    await settled(scene);
    assert.deepEqual(scene.hub.tagsOf.get('gw-01'), { site: 'south', of: 'others' });
    scene.apply({ identity: { register: {} } });
    await settled(scene);
    assert.deepEqual(scene.hub.tagsOf.get('gw-01'), { of: 'others' });
    const { length } = scene.hub.calls;
    scene.apply({ ...register, vm: { cpus: 4 } });
    await settled(scene);
    assert.ok(!scene.hub.calls.slice(length).includes('ensureDevice'), 'without a tag to remove, nothing is written in the hub');
  });

  it('has a status before the hub answers for the first time', async () => {
    const scene = operatorScene();
    const seen: string[] = [];
    scene.hub.before = () => void seen.push(...(scene.status().conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`));
    scene.apply({ identity: { register: {} } });
    scene.start();
    await settled(scene, 0);
    assert.deepEqual(seen.slice(0, 2), ['Ready Unknown HubAsked', 'Accepted Unknown HubAsked']);
  });

  it('writes the details of a stage together, and a new stage soon', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene, 20_000);
    const vm = { type: kinds.VirtualMachine, name: 'gw-01', namespace: 'edge' };
    const writes = (): number => scene.cluster.calls.filter(({ verb, what }) => verb === 'patch' && what === 'edgedevices').length;
    const before = writes();
    for (let second = 1; second <= 12; second += 1) {
      await scene.cluster.mergePatch(vm, { status: { printableStatus: `Step${second}` } });
      await settled(scene, 1_000);
    }
    assert.ok(writes() - before <= 2, `${writes() - before} writes in 12 s`);
    await settled(scene, 10_000);
    assert.equal(scene.status().vm?.status, 'Step12');
    const then = writes();
    await connect(scene);
    assert.equal(scene.status().stage, 'connected');
    assert.ok(writes() > then);
  });

  it('believes the hub when the agent reports after the last look at a guest that was not set up', async () => {
    const scene = operatorScene();
    const { queue } = scene.start();
    scene.apply(register);
    await settled(scene);
    const pod = scene.cluster.store.all().find(({ kind }) => kind === 'Pod')!;
    scene.cluster.logStore.write(pod.metadata.name, stageRecord({ stage: 'engine', state: 'running' }));
    await settled(scene, 13_000);
    assert.match(scene.condition('Ready')?.message ?? '', /engine/, 'the look found the record');
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 } }, scene.clock.iso(1_000));
    queue.add('edge/gw-01');
    await settled(scene);
    assert.equal(scene.condition('Ready')?.status, 'True');
  });

  it('owns all objects of the device, so that they go with the resource', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply({ ...register, gateway: {} });
    await settled(scene);
    for (const [kind, name] of [['VirtualMachine', 'gw-01'], ['Secret', 'gw-01-cloud-init'], ['Service', 'gw-01']] as const) {
      assert.deepEqual(scene.cluster.find(kind, name)?.metadata.ownerReferences, [{ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: 'gw-01', uid: scene.device()?.metadata.uid, controller: true }], kind);
    }
  });

  it('announces a registration in the status before it asks the hub', async () => {
    const scene = operatorScene();
    const seen: unknown[] = [];
    scene.hub.before = (call) => {
      if (call === 'ensureDevice') seen.push(scene.status().registration?.state, scene.device()?.metadata.finalizers);
    };
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.deepEqual(seen, ['Registering', ['edge-vm.io/device']]);
  });

  it('makes nothing of a resource that somebody deletes at that moment, and takes it for no error', async () => {
    const scene = operatorScene();
    scene.cluster.before = ({ verb, what }) => {
      if (verb === 'patch' && what === 'edgedevices') scene.cluster.store.delete('EdgeDevice/edge/gw-01', 'Background');
    };
    scene.start();
    scene.apply(register);
    await settled(scene, 61_000);
    assert.equal(scene.device(), undefined);
    assert.deepEqual(scene.errors, []);
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01'), undefined);
    assert.equal(scene.hub.devices.size, 0);
  });

  it('adopts a device that the hub has already', async () => {
    const scene = operatorScene();
    scene.hub.register('gw-01');
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.status().registration?.state, 'Adopted');
    scene.remove();
    await settled(scene, 61_000);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.hub.devices.has('gw-01'), 'it was not the operator’s');
  });

  it('keeps a device as its own, or as adopted, when its identity comes from a Secret later', async () => {
    for (const [wasThere, state] of [[false, 'Registered'], [true, 'Adopted']] as const) {
      const scene = operatorScene();
      if (wasThere) scene.hub.register('gw-01');
      scene.start();
      scene.apply(register);
      await settled(scene);
      const key = scene.hub.devices.get('gw-01')!.primaryKey!.reveal();
      scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge' }, data: { 'connection-string': Buffer.from(`HostName=${scene.hub.hostname};DeviceId=gw-01;SharedAccessKey=${key}`).toString('base64') } }, new Map());
      scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
      await settled(scene, 61_000);
      assert.equal(scene.condition('Accepted')?.status, 'True', scene.condition('Accepted')?.message);
      assert.equal(scene.status().registration?.state, state);
      scene.remove();
      await settled(scene, 61_000);
      assert.equal(scene.device(), undefined);
      assert.equal(scene.hub.devices.has('gw-01'), wasThere, 'what the operator made goes');
    }
  });

  it('adopts a device that somebody else registers while it is about to do so', async () => {
    const scene = operatorScene();
    scene.hub.before = (call) => {
      if (call === 'ensureDevice') scene.hub.register('gw-01');
    };
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.status().registration?.state, 'Adopted');
    scene.remove();
    await settled(scene, 61_000);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.hub.devices.has('gw-01'), 'it is not the operator\'s own');
  });

  it('knows a device as its own that an operator registered before it was killed', async () => {
    const scene = operatorScene();
    const first = scene.start();
    scene.cluster.before = ({ verb, what }) => {
      if (verb === 'apply' && what === 'secrets') {
        first.kill();
        throw new EdgeVmError('interrupted', 'killed');
      }
    };
    scene.apply(register);
    await settled(scene);
    assert.ok(scene.hub.devices.has('gw-01'));
    assert.equal(scene.status().registration?.state, 'Registering');
    scene.cluster.before = () => undefined;
    scene.start();
    await settled(scene);
    assert.equal(scene.status().registration?.state, 'Registered');
    scene.remove();
    await settled(scene, 61_000);
    assert.equal(scene.hub.devices.size, 0);
  });

  it('sends nothing while nothing changes', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    const [writes, calls] = [scene.cluster.writes.length, scene.hub.calls.length];
    const uncached = (): number => scene.cluster.calls.filter(({ verb }) => !['get', 'list'].includes(verb)).length;
    const before = uncached();
    await settled(scene, 3_000_000);
    assert.equal(scene.cluster.writes.length, writes);
    assert.equal(scene.hub.calls.length, calls);
    assert.equal(uncached(), before);
  });

  for (const [kind, name] of [['VirtualMachine', 'gw-01'], ['Secret', 'gw-01-cloud-init'], ['Service', 'gw-01']] as const) {
    it(`puts back a ${kind} that somebody deletes`, async () => {
      const scene = operatorScene();
      scene.start();
      scene.apply({ ...register, gateway: {} });
      await settled(scene);
      const before = scene.cluster.find(kind, name)?.metadata.uid;
      scene.cluster.store.delete(`${kind}/edge/${name}`, 'Background');
      await settled(scene);
      const now = scene.cluster.find(kind, name)?.metadata.uid;
      assert.ok(now !== undefined && now !== before, `${kind} is back`);
      assert.ok(scene.events.some((event) => event.startsWith('gw-01 Normal Restored')), scene.events.join('\n'));
      assert.equal(scene.hub.calls.filter((call) => call === 'ensureDevice').length, 1, 'and the hub was not asked to register it again');
    });
  }

  it('puts back the content of a Secret that somebody edits', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    const good = structuredClone(scene.cluster.find('Secret', 'gw-01-cloud-init')?.data) as Record<string, string>;
    // Not the user-data: with it goes the identity, and a person could not know the key either.
    scene.cluster.edit('Secret', 'edge', 'gw-01-cloud-init', 'kubectl', (secret) => {
      (secret.data as Record<string, string>)['edgedevice'] = Buffer.from('{}').toString('base64');
    });
    await settled(scene);
    assert.deepEqual(scene.cluster.find('Secret', 'gw-01-cloud-init')?.data, good);
  });

  for (const [kind, name] of [['VirtualMachine', 'gw-01'], ['Secret', 'gw-01-cloud-init'], ['Service', 'gw-01']] as const) {
    for (const [what, edit] of Object.entries(tamperings)) {
      it(`puts back a ${kind} whose ${what} somebody changes`, async () => {
        const scene = operatorScene();
        scene.start();
        scene.apply({ ...register, gateway: {} });
        await settled(scene);
        const { labels, annotations = {} } = structuredClone(scene.cluster.find(kind, name)!.metadata);
        scene.cluster.edit(kind, 'edge', name, 'kubectl', edit);
        await settled(scene);
        const now = scene.cluster.find(kind, name)!.metadata;
        assert.deepEqual([now.labels, now.annotations ?? {}], [labels, annotations]);
        assert.equal(scene.condition('Accepted')?.status, 'True', scene.condition('Accepted')?.message);
      });
    }
  }

  it('puts back CPUs that somebody multiplies by cores and threads, and lets fields of others stay', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    const domain = (): Record<string, unknown> => at(scene.cluster.find('VirtualMachine', 'gw-01'), 'spec', 'template', 'spec', 'domain') as Record<string, unknown>;
    assert.deepEqual(domain()['cpu'], { sockets: 2 }, 'a new field would need a restart of each machine');
    const edits = scene.cluster.writes.length;
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'kubectl-patch', (vm) => {
      const spec = at(vm, 'spec', 'template', 'spec') as Record<string, Record<string, unknown>>;
      vm.metadata.generation = (vm.metadata.generation ?? 1) + 1;
      spec['nodeSelector'] = { site: 'north' };
      spec['domain']!['cpu'] = { sockets: 2, cores: 4, threads: 2 };
    });
    await settled(scene);
    assert.deepEqual(domain()['cpu'], { sockets: 2, cores: 1, threads: 1 });
    assert.deepEqual(at(scene.cluster.find('VirtualMachine', 'gw-01'), 'spec', 'template', 'spec', 'nodeSelector'), { site: 'north' });
    assert.ok(scene.events.some((event) => event.startsWith('gw-01 Normal Restored')), scene.events.join('\n'));
    const writes = scene.cluster.writes.length;
    assert.ok(writes > edits);
    scene.apply({ ...register, vm: { cpus: 4 } });
    await settled(scene);
    assert.deepEqual(domain()['cpu'], { sockets: 4, cores: 1, threads: 1 });
  });

  it('puts back its finalizer, also while the spec is refused', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    const finalizers = async (): Promise<string[] | undefined> => {
      scene.cluster.edit('EdgeDevice', 'edge', 'gw-01', 'kubectl', ({ metadata }) => {
        metadata.finalizers = ['other/one'];
      });
      await settled(scene);
      return scene.device()?.metadata.finalizers;
    };
    assert.deepEqual(await finalizers(), ['other/one', 'edge-vm.io/device']);
    scene.apply({ ...register, vm: { cpus: 0 } });
    await settled(scene);
    assert.deepEqual(await finalizers(), ['other/one', 'edge-vm.io/device']);
  });

  it('refuses a bad spec with all problems, makes nothing, and does not try again until it changes', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply({ ...register, vm: { cpus: 0, memory: 'much', templateFile: '/etc/passwd' } });
    await settled(scene);
    const accepted = scene.condition('Accepted');
    assert.equal(accepted?.status, 'False');
    assert.equal(accepted?.reason, 'InvalidSpec');
    for (const field of ['spec.vm.cpus', 'spec.vm.memory', 'spec.vm.templateFile']) assert.ok(accepted?.message.includes(field), `${field} in ${accepted?.message}`);
    assert.equal(scene.condition('Ready')?.reason, 'InvalidSpec');
    for (const text of [accepted?.message, scene.status().cause?.message, ...scene.events]) assert.match(text ?? '', /^(?:gw-01 Warning InvalidInput: )?3 problems: [^\n]+; [^\n]+; [^\n]+$/, 'in one line: a column of kubectl shows only the first');
    assert.equal(scene.status().cause?.code, 'invalid-input');
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-01'), undefined);
    assert.equal(scene.hub.devices.size, 0);
    assert.equal(scene.device()?.metadata.finalizers, undefined, 'nothing was made, so deleting needs no work');
    const writes = scene.cluster.writes.length;
    await settled(scene, 1_000_000);
    assert.equal(scene.cluster.writes.length, writes);
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.status, 'True');
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });

  it('leaves a device as it is while its new spec is refused', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    scene.apply({ ...register, vm: { cpus: 0 } });
    await settled(scene);
    assert.equal(scene.condition('Ready')?.status, 'False');
    assert.equal(scene.condition('Connected')?.status, 'True', 'the device itself still works');
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });

  it('keeps the cause while CDI tries a wrong image again, and drops it when the import goes on', async () => {
    const scene = operatorScene({ kubevirt: { disk: 'ImportInProgress' } });
    scene.start();
    scene.apply(register);
    await settled(scene);
    const importer = async (status: 'True' | 'False', phase = 'ImportInProgress'): Promise<void> => {
      scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'cdi', (disk) => {
        const error = status === 'False' ? { reason: 'Error', message: 'manifest unknown' } : { reason: 'Pod is running', message: '' };
        disk.status = { phase, restartCount: 5, conditions: [{ type: 'Bound', status: 'True' }, { type: 'Running', status, ...error }] };
      });
      await settled(scene, 11_000);
    };
    await importer('False');
    assert.equal(scene.status().cause?.code, 'import-failed');
    for (let tries = 0; tries < 3; tries += 1) {
      await importer('True');
      assert.equal(scene.status().cause?.code, 'import-failed', 'it is only the next try');
      assert.equal(scene.condition('Ready')?.reason, 'ImportFailed');
      await importer('False');
    }
    assert.equal(scene.events.filter((event) => event.includes('ImportFailed')).length, 1, scene.events.join('\n'));
    await importer('True');
    await settled(scene, 61_000);
    assert.equal(scene.status().cause, undefined, 'it has run for a minute');
    await importer('False');
    await importer('True', 'Succeeded');
    assert.equal(scene.status().cause, undefined, 'the disk is filled');
  });

  it('does not say that an identity is verified whose Secret does not exist, and names no flag', async () => {
    const scene = operatorScene({ check: async () => ({ ok: true }) });
    scene.start();
    scene.hub.register('gw-01', { primaryKey: new SecretValue(CANARY) });
    const text = Buffer.from(`HostName=${scene.hub.hostname};DeviceId=gw-01;SharedAccessKey=${CANARY}`).toString('base64');
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge' }, data: { connectionString: text } }, new Map());
    scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
    await settled(scene);
    assert.equal(scene.condition('IdentityVerified')?.status, 'True', scene.condition('IdentityVerified')?.message);
    scene.apply({ identity: { connectionString: { secretRef: { name: 'gone' } } } });
    await settled(scene);
    const verified = scene.condition('IdentityVerified');
    assert.deepEqual([verified?.status, verified?.reason], ['Unknown', 'NotFound']);
    assert.equal(verified?.message, 'Secret edge/gone does not exist. A Secret that the device names must be in the device’s namespace, which is edge.');
  });

  it('does not touch a VM that somebody else made', async () => {
    const scene = operatorScene();
    scene.cluster.store.put({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'gw-01', namespace: 'edge' }, spec: { runStrategy: 'Halted' } }, new Map());
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.reason, 'NotOwned');
    scene.remove();
    await settled(scene);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });

  it('shows nothing of the VM of another device that has its name', async () => {
    const scene = operatorScene();
    scene.cluster.store.put({
      apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', spec: { runStrategy: 'Always', template: { spec: {} } }, status: { printableStatus: 'Running' },
      metadata: { name: 'gw-01', namespace: 'edge', labels: { 'app.kubernetes.io/managed-by': 'edge-vm', 'app.kubernetes.io/instance': 'gw-01' }, annotations: { 'edge-vm.io/device-id': 'other', 'edge-vm.io/hub': scene.hub.hostname } },
    }, new Map());
    scene.hub.register('other');
    scene.hub.report('other', { lastDesiredStatus: { code: 200 } }, scene.clock.iso(1_000));
    scene.start();
    scene.apply(register);
    await settled(scene, 61_000);
    assert.equal(scene.condition('Accepted')?.reason, 'NotOwned');
    const { vm, edge, device, summary } = scene.status();
    assert.deepEqual([vm, edge?.code, summary?.code], [undefined, undefined, undefined]);
    assert.notEqual(device?.id, 'other');
  });

  it('says that it makes a VM again which somebody deletes', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'kubectl', ({ metadata }) => {
      metadata.deletionTimestamp = scene.clock.iso();
      metadata.finalizers = ['example.com/slow'];
    });
    await settled(scene, 1_000);
    const told = scene.events.filter((event) => event.includes('VmDeleted'));
    assert.deepEqual(told, ['gw-01 Warning VmDeleted: VirtualMachine edge/gw-01 is being deleted. The operator makes it again.']);
  });

  it('waits longer and longer for a hub that does not answer, and goes on when it does', async () => {
    const scene = operatorScene();
    scene.hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.reason, 'HubUnreachable');
    await settled(scene, 600_000);
    const tries = scene.hub.calls.length;
    assert.ok(tries > 5 && tries < 15, `${tries} tries in ten minutes`);
    scene.hub.before = () => undefined;
    await settled(scene, 300_000);
    assert.equal(scene.condition('Accepted')?.status, 'True');
    assert.ok(scene.hub.devices.has('gw-01'));
  });

  it('remembers a failure without the work that failed: V8 lets go of it when the stack is read', async () => {
    const scene = operatorScene();
    let read = 0;
    const failure = Object.defineProperty(new InvalidInputError([{ field: 'x', message: 'is wrong' }]), 'stack', { get: () => `InvalidInputError ${(read += 1)}` });
    scene.hub.before = () => {
      throw failure;
    };
    scene.start();
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.reason, 'InvalidSpec');
    assert.ok(read > 0, 'nobody has read the stack');
  });

  it('lets many devices come to the registry one after the other: one call each, and the status says when', async () => {
    const scene = operatorScene({ perMinute: 10 });
    scene.start();
    const names = Array.from({ length: 30 }, (_, index) => `gw-${String(index + 1).padStart(2, '0')}`);
    for (const name of names) scene.apply(register, { name });
    await settled(scene);
    const early = scene.hub.devices.size;
    assert.ok(early > 0 && early < 9, `${early} at once`);
    const last = scene.condition('Accepted', 'gw-30');
    assert.deepEqual([last?.status, last?.reason], ['Unknown', 'HubBusy']);
    assert.match(last?.message ?? '', /^the spec is valid; the hub allows 10 calls of its registry a minute, and the turn of this device is at \d\d:\d\d:\d\d UTC$/);
    assert.equal(scene.status('gw-30').cause, undefined);
    assert.equal(scene.cluster.find('VirtualMachine', 'gw-30'), undefined);
    await settled(scene, 60_000);
    assert.ok(scene.hub.devices.size > early && scene.hub.devices.size < 20, `${scene.hub.devices.size} after a minute`);
    for (let minute = 0; minute < 3; minute += 1) await settled(scene, 60_000);
    assert.equal(scene.hub.devices.size, 30);
    assert.equal(scene.condition('Accepted', 'gw-30')?.status, 'True');
    assert.equal(scene.hub.calls.filter((call) => call === 'ensureDevice').length, 30);
    for (const name of names) scene.remove(name);
    await settled(scene, 1_000);
    const left = scene.hub.devices.size;
    assert.ok(left > 15, `${left} wait for their turn`);
    const going = scene.condition('HubDeviceRemoved', 'gw-30');
    assert.deepEqual([going?.reason, /^device gw-30 is still in hub\.example\.net, which allows 10 calls of its registry a minute, and the turn of this device is at \d\d:\d\d:\d\d UTC$/.test(going?.message ?? '')], ['HubBusy', true], going?.message);
    assert.equal(scene.events.filter((event) => event.includes('HubBusy')).length, 0);
    for (let minute = 0; minute < 4; minute += 1) await settled(scene, 60_000);
    assert.equal(scene.hub.devices.size, 0);
    assert.equal(scene.device('gw-30'), undefined);
    assert.deepEqual(scene.errors, []);
  });

  it('does not take a device that waits again for one whose VM is gone', async () => {
    const scene = operatorScene({ perMinute: 4 });
    const { queue } = scene.start();
    scene.hub.before = () => {
      throw new EdgeVmError('hub-throttled', 'too many calls', { details: { retryAfterSeconds: 5 } });
    };
    scene.apply(register);
    await settled(scene);
    assert.equal(scene.status().cause?.code, 'hub-throttled');
    await settled(scene, 6_000);
    scene.hub.before = () => undefined;
    queue.add('edge/gw-01');
    await settled(scene, 1_000);
    assert.deepEqual([scene.status().cause, scene.condition('Ready')?.reason, scene.condition('Accepted')?.reason], [undefined, 'HubBusy', 'HubBusy']);
    await settled(scene, 300_000);
    assert.equal(scene.condition('Accepted')?.status, 'True');
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'));
  });

  it('refuses a wrong spec at once, also while others wait for the registry', async () => {
    const scene = operatorScene({ perMinute: 1 });
    scene.start();
    for (const name of ['gw-01', 'gw-02', 'gw-03']) scene.apply(register, { name });
    scene.apply({ identity: { register: {} }, vm: { memory: 'much' } }, { name: 'gw-04' });
    await settled(scene);
    assert.equal(scene.condition('Accepted', 'gw-03')?.reason, 'HubBusy');
    assert.equal(scene.condition('Accepted', 'gw-04')?.reason, 'InvalidSpec');
  });

  it('leaves a hub alone for as long as it says', async () => {
    const scene = operatorScene();
    scene.hub.before = () => {
      throw new EdgeVmError('hub-throttled', 'too many calls', { details: { retryAfterSeconds: 120 } });
    };
    scene.start();
    scene.apply(register);
    await settled(scene);
    await settled(scene, 119_000);
    assert.equal(scene.hub.calls.length, 1);
    await settled(scene, 2_000);
    assert.equal(scene.hub.calls.length, 2);
  });

  it('keeps the times of conditions when it is started again', async () => {
    const scene = operatorScene();
    const first = scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    const before = scene.status().conditions;
    first.kill();
    await settled(scene, 500_000);
    const writes = scene.cluster.writes.length;
    scene.start();
    await settled(scene, 5_000);
    assert.deepEqual(scene.status().conditions, before);
    assert.equal(scene.cluster.writes.length, writes, 'a restart of the operator changes nothing');
    assert.equal(scene.events.filter((event) => event.includes('Ready')).length, 1);
  });

  it('believes an agent that says nothing for hours, and pings it only if the hub says that it is disconnected', async () => {
    const scene = operatorScene();
    const { queue } = scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    const pings = (): number => scene.hub.calls.filter((call) => call === 'ping').length;
    const state = async (connectionState: string): Promise<void> => {
      scene.hub.twins.set('gw-01', { ...scene.hub.twins.get('gw-01')!, connectionState });
      queue.add('edge/gw-01');
      await settled(scene);
    };
    const before = pings();
    await settled(scene, 7_200_000);
    await state('Connected');
    assert.equal(scene.condition('Ready')?.status, 'True');
    assert.equal(pings(), before, 'no ping for a quiet device');
    scene.hub.answering.add('gw-01');
    await state('Disconnected');
    await settled(scene, 61_000);
    assert.equal(pings(), before + 1);
    assert.equal(scene.condition('Ready')?.status, 'True', 'it answers');
    await settled(scene, 600_000);
    assert.equal(pings(), before + 1, 'and is not asked again');
    await state('Connected');
    scene.hub.answering.delete('gw-01');
    await state('Disconnected');
    await settled(scene, 61_000);
    assert.equal(scene.condition('Ready')?.status, 'False');
    assert.match(scene.condition('Connected')?.message ?? '', /does not answer ping/);
    assert.ok(scene.events.some((event) => event.startsWith('gw-01 Warning NotReady')), scene.events.join('\n'));
  });

  it('applies a change of the spec while the hub is away', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    scene.hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };
    scene.apply({ ...register, vm: { cpus: 4 } });
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.status, 'True');
    assert.equal(scene.condition('Ready')?.status, 'True');
    const vm = scene.cluster.find('VirtualMachine', 'gw-01');
    assert.match(JSON.stringify(vm?.spec), /"sockets":4/);
  });

  it('tries again at once what the hub refused, when the hub has another credential', async () => {
    const scene = operatorScene();
    const { queue, tryAgain } = scene.start();
    scene.hub.before = () => {
      throw new EdgeVmError('hub-forbidden', 'the hub refuses the key');
    };
    scene.apply(register);
    await settled(scene, 600_000);
    assert.equal(scene.condition('Accepted')?.reason, 'HubForbidden');
    scene.hub.before = () => undefined;
    queue.add('edge/gw-01');
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.reason, 'HubForbidden', 'it waits for its next try');
    tryAgain();
    queue.add('edge/gw-01');
    await settled(scene);
    assert.equal(scene.condition('Accepted')?.status, 'True');
  });

  it('says at once that somebody deletes the claim of a disk alone', async () => {
    const scene = operatorScene();
    const first = scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    const labels = scene.cluster.find('DataVolume', 'gw-01-root')!.metadata.labels;
    const claim: KubeObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'gw-01-root', namespace: 'edge', labels, finalizers: ['kubernetes.io/pvc-protection'] } };
    scene.cluster.store.put(claim, new Map());
    await settled(scene);
    assert.equal(scene.condition('DiskReady')?.status, 'True');
    scene.cluster.store.delete('PersistentVolumeClaim/edge/gw-01-root', 'Background');
    await settled(scene);
    assert.deepEqual([scene.condition('DiskReady')?.status, scene.condition('DiskReady')?.reason], ['False', 'Deleting']);
    assert.equal(scene.condition('DiskReady')?.message, 'PersistentVolumeClaim gw-01-root is being deleted: the data of the disk is lost when the instance ends');
    assert.equal(scene.events.filter((event) => event.includes('Warning DiskDeleting')).length, 1);
    assert.equal(scene.condition('Ready')?.status, 'True');
    first.kill();
    await scene.cluster.mergePatch({ type: kinds.VirtualMachine, name: 'gw-01', namespace: 'edge' }, { spec: { runStrategy: 'Halted' } });
    scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Foreground');
    scene.cluster.edit('PersistentVolumeClaim', 'edge', 'gw-01-root', 'kube-controller-manager', ({ metadata }) => {
      metadata.finalizers = [];
    });
    scene.start();
    await settled(scene, 61_000);
    assert.deepEqual([scene.condition('DiskReady')?.status, scene.condition('DiskReady')?.reason], ['False', 'ClaimLost'], scene.condition('DiskReady')?.message);
    assert.match(scene.condition('DiskReady')?.message ?? '', /^PersistentVolumeClaim gw-01-root is gone, and the data of the disk with it/);
    assert.equal(scene.events.filter((event) => event.includes('Warning ClaimLost')).length, 1);
    scene.cluster.store.put(claim, new Map());
    await settled(scene, 11_000);
    assert.equal(scene.condition('DiskReady')?.status, 'True');
  });

  it('writes stages that pass within seconds together, and at once that a device is ready', async () => {
    const scene = operatorScene();
    const { queue } = scene.start();
    scene.apply(register);
    await settled(scene, 20_000);
    const writes = (): number => scene.cluster.calls.filter(({ verb, what }) => verb === 'patch' && what === 'edgedevices').length;
    const vmi = { type: kinds.VirtualMachineInstance, name: 'gw-01', namespace: 'edge' };
    await scene.cluster.mergePatch(vmi, { status: { phase: 'Scheduling' } });
    await settled(scene, 10_000);
    const before = writes();
    for (const phase of ['Scheduled', 'Running', 'Scheduling', 'Running']) {
      await scene.cluster.mergePatch(vmi, { status: { phase } });
      await settled(scene, 500);
    }
    assert.ok(writes() - before <= 1, `${writes() - before} writes`);
    scene.hub.report('gw-01', { lastDesiredStatus: { code: 417 } }, scene.clock.iso(1_000));
    queue.add('edge/gw-01');
    await settled(scene);
    assert.equal(scene.condition('Ready')?.status, 'True');
    const ready = writes();
    for (let second = 1; second <= 18; second += 1) {
      await scene.cluster.mergePatch(vmi, { status: { guestOSInfo: { version: String(second) } } });
      await scene.cluster.mergePatch({ type: kinds.VirtualMachine, name: 'gw-01', namespace: 'edge' }, { status: { printableStatus: `Step${second}` } });
      await settled(scene, 1_000);
    }
    assert.equal(writes(), ready, 'details after it wait for each other');
    await settled(scene, 5_000);
    assert.equal(writes(), ready + 1);
    assert.equal(scene.status().vm?.status, 'Step18');
  });

  it('says that a disk of a running device is being deleted', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    assert.equal(scene.condition('DiskReady')?.status, 'True');
    scene.cluster.edit('DataVolume', 'edge', 'gw-01-root', 'kubectl', ({ metadata }) => {
      metadata.deletionTimestamp = scene.clock.iso(0);
      metadata.finalizers = ['test/in-use'];
    });
    await settled(scene, 61_000);
    assert.deepEqual([scene.condition('DiskReady')?.status, scene.condition('DiskReady')?.reason], ['False', 'Deleting']);
    assert.match(scene.condition('DiskReady')?.message ?? '', /gw-01-root is being deleted/);
    assert.equal(scene.condition('Ready')?.status, 'True');
  });

  it('registers a device again that somebody deletes in the hub', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    scene.hub.devices.delete('gw-01');
    scene.hub.twins.delete('gw-01');
    await settled(scene, 61_000);
    assert.ok(scene.hub.devices.has('gw-01'), JSON.stringify(scene.status().conditions));
    assert.equal(scene.status().registration?.state, 'Registered');
    assert.equal(scene.hub.calls.filter((call) => call === 'ensureDevice').length, 2);
  });

  it('checks a new key of a running device before it applies it, and no key twice', async () => {
    const keys: string[] = [];
    const good = Buffer.alloc(32, 1).toString('base64');
    const scene = operatorScene({
      check: async ({ key }) => {
        keys.push(key.reveal());
        return key.reveal() === good ? { ok: true } : { ok: false, code: 'unauthorized', message: 'refused' };
      },
    });
    const secret = (key: string): void => void scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge', labels: { 'app.kubernetes.io/managed-by': 'edge-vm' } }, data: { 'connection-string': Buffer.from(`HostName=${scene.hub.hostname};DeviceId=gw-01;SharedAccessKey=${key}`).toString('base64') } }, new Map());
    scene.hub.register('gw-01');
    secret(good);
    const first = scene.start();
    scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
    await settled(scene);
    await connect(scene);
    assert.equal(scene.condition('IdentityVerified')?.status, 'True');
    first.kill();
    scene.start();
    await settled(scene, 1_000);
    assert.deepEqual(keys, [good], 'a restart of the operator checks nothing again');
    const before = scene.cluster.find('Secret', 'gw-01-cloud-init')?.data;
    secret(CANARY);
    await settled(scene);
    assert.deepEqual(keys, [good, CANARY]);
    assert.deepEqual(scene.cluster.find('Secret', 'gw-01-cloud-init')?.data, before);
    for (const type of ['Accepted', 'IdentityVerified']) assert.deepEqual([scene.condition(type)?.status, scene.condition(type)?.reason], ['False', 'Unauthorized'], type);
    assert.notEqual(scene.condition('UpToDate')?.reason, 'FirstBootRequired');
    secret(good);
    await settled(scene, 61_000);
    for (const type of ['Accepted', 'IdentityVerified', 'Ready']) assert.equal(scene.condition(type)?.status, 'True', `${type}: ${scene.condition(type)?.message}`);
  });

  for (const [what, bad] of Object.entries<Record<string, string>>({
    'the connection string of the hub': { 'connection-string': 'HostName=hub.example.net;SharedAccessKeyName=service;SharedAccessKey=AAAA' },
    'nothing': {}, 'two keys': { a: '1', b: '2' }, 'a text that is no connection string': { key: 'hello' },
  })) {
    it(`reads a Secret again within a minute that had ${what}`, async () => {
      const scene = operatorScene();
      const secret = (data: Record<string, string>): void => void scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge' }, data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) }, new Map());
      scene.hub.register('gw-01');
      secret(bad);
      scene.start();
      scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
      await settled(scene, 1_080_000);
      assert.equal(scene.condition('Accepted')?.reason, 'InvalidSpec');
      secret({ 'connection-string': `HostName=${scene.hub.hostname};DeviceId=gw-01;SharedAccessKey=${CANARY}` });
      await settled(scene, 61_000);
      assert.equal(scene.condition('Accepted')?.status, 'True', scene.condition('Accepted')?.message);
    });
  }

  for (const [what, change, field] of [
    ['the Secret has the key of another device', { DeviceId: 'other' }, 'spec.identity.connectionString'],
    ['the Secret has a connection string of another hub', { HostName: 'hub2.example.net' }, 'spec.identity.connectionString'],
  ] as const) {
    it(`names the field of the spec if ${what}, and goes on when it is set back`, async () => {
      const scene = operatorScene();
      const secret = (more: Record<string, string>): void => {
        const text = Object.entries({ HostName: scene.hub.hostname, DeviceId: 'gw-01', SharedAccessKey: CANARY, ...more }).map((one) => one.join('=')).join(';');
        scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge', labels: { 'app.kubernetes.io/managed-by': 'edge-vm' } }, data: { 'connection-string': Buffer.from(text).toString('base64') } }, new Map());
      };
      for (const id of ['gw-01', 'other']) scene.hub.register(id);
      secret({});
      scene.start();
      scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
      await settled(scene);
      assert.equal(scene.condition('Accepted')?.status, 'True');
      secret(change);
      await settled(scene);
      const { status, reason, message } = scene.condition('Accepted')!;
      assert.deepEqual([status, reason], ['False', 'InvalidSpec']);
      const { HostName = scene.hub.hostname, DeviceId = 'gw-01' } = change as { HostName?: string; DeviceId?: string };
      assert.ok(message.includes(`${field}: is now for device ${DeviceId} of ${HostName} in Secret key, and was for device gw-01 of ${scene.hub.hostname}. An EdgeDevice cannot become another device: set it back, or delete the EdgeDevice and create it again`), message);
      assert.doesNotMatch(message, /VirtualMachine/);
      secret({});
      await settled(scene, 61_000);
      assert.equal(scene.condition('Accepted')?.status, 'True', scene.condition('Accepted')?.message);
    });
  }

  // A cluster whose resource definition is older has no rules for changes.
  for (const [field, change] of [['spec.deviceId', { deviceId: 'other' }], ['spec.hub.hostname', { hub: { hostname: 'hub2.example.net' } }]] as const) {
    it(`names ${field} if that changes for a device that exists`, async () => {
      const scene = operatorScene();
      scene.start();
      scene.apply({ ...register, hub: { hostname: scene.hub.hostname } });
      await settled(scene);
      assert.equal(scene.condition('Accepted')?.status, 'True');
      scene.apply({ ...register, hub: { hostname: scene.hub.hostname }, ...change });
      await settled(scene);
      assert.equal(scene.condition('Accepted')?.status, 'False');
      const message = scene.condition('Accepted')?.message ?? '';
      if (field === 'spec.deviceId') assert.match(message, /spec\.deviceId: .*"gw-01".* \(got "other"\)/);
      else assert.match(message, /hub2\.example\.net/);
      assert.doesNotMatch(message, /VirtualMachine/);
      assert.equal(scene.hub.devices.has('other'), false, 'nothing is registered for it');
    });
  }

  it('does not become another device while its VM is gone, which would leave the first one and its tags in the hub', async () => {
    const scene = operatorScene();
    const { kill } = scene.start();
    const tags = { site: 'north' };
    scene.apply({ identity: { register: { tags } } });
    await settled(scene);
    kill();
    scene.cluster.store.delete('VirtualMachine/edge/gw-01', 'Background');
    await settled(scene, 1_000);
    scene.apply({ identity: { register: { tags: { line: '7' } } }, deviceId: 'other' });
    scene.start();
    await settled(scene, 1_000);
    assert.match(scene.condition('Accepted')!.message, /spec\.deviceId: is now for device other of .*, and was for device gw-01 of/);
    assert.deepEqual([...scene.hub.devices.keys()], ['gw-01']);
    scene.apply(register);
    await settled(scene, 1_000);
    assert.equal(scene.condition('Accepted')?.status, 'True', scene.condition('Accepted')?.message);
    assert.deepEqual(scene.hub.tagsOf.get('gw-01'), {});
  });

  it('takes another device id if the registration did not end, and tells of the device that may be left', async () => {
    const scene = operatorScene();
    scene.start();
    scene.hub.before = (call) => {
      if (call === 'ensureDevice') throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };
    scene.apply(register);
    await settled(scene, 1_000);
    assert.equal(scene.status().registration?.state, 'Registering');
    scene.hub.before = () => undefined;
    scene.apply({ ...register, deviceId: 'other' });
    await settled(scene, 1_000);
    assert.deepEqual(scene.status().registration, { state: 'Registered', hub: scene.hub.hostname, deviceId: 'other' });
    assert.ok(scene.events.some((event) => event.startsWith('gw-01 Warning HubDeviceLeft: device gw-01 may be in hub.example.net')));
  });

  it('takes up a Secret that the device names as soon as it changes, if it has the label', async () => {
    const scene = operatorScene();
    const secret = (user: string) => scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge', labels: { 'app.kubernetes.io/managed-by': 'edge-vm' } }, data: { 'connection-string': Buffer.from(`HostName=${scene.hub.hostname};DeviceId=gw-01;SharedAccessKey=${Buffer.from(user.padEnd(32, '.')).toString('base64')}`).toString('base64') } }, new Map());
    scene.hub.register('gw-01');
    secret('one');
    scene.start();
    scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
    await settled(scene);
    const before = scene.cluster.find('Secret', 'gw-01-cloud-init')?.metadata.resourceVersion;
    assert.ok(before !== undefined, JSON.stringify(scene.status().conditions));
    secret('two');
    await settled(scene);
    assert.notEqual(scene.cluster.find('Secret', 'gw-01-cloud-init')?.metadata.resourceVersion, before);
  });

  for (const [data, part] of [
    [{ 'connection-string': 'HostName=h;SharedAccessKeyName=service;SharedAccessKey=eA==' }, 'spec.identity.connectionString (Secret key, SharedAccessKeyName): belongs to a hub-level'],
    [{ 'connection-string': '' }, 'spec.identity.connectionString (Secret key, connection string): is empty'],
    [{ a: 'x', b: 'x' }, 'its keys are: a, b; name one of them as spec.identity.connectionString.secretRef.key'],
  ] as const) {
    it(`says in condition and Event which Secret is wrong, and what to do: ${part}`, async () => {
      const scene = operatorScene();
      scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge' }, data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) }, new Map());
      scene.start();
      scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
      await settled(scene);
      const { message } = scene.condition('Accepted')!;
      assert.ok(message.includes(part), message);
      const { hint } = scene.status().cause!;
      assert.ok(hint === undefined || message.endsWith(`. ${hint}`), message);
      assert.ok(scene.events.includes(`gw-01 Warning InvalidInput: ${message}`), scene.events.join('\n'));
    });
  }

  it('tells of a VM that somebody stopped, and warns of nothing', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    await connect(scene);
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'kubectl', (vm) => {
      vm.spec = { ...vm.spec, runStrategy: 'Halted' };
    });
    scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Background');
    await settled(scene, 600_000);
    assert.equal(scene.status().cause?.code, 'vm-stopped');
    assert.deepEqual(scene.events.filter((event) => event.includes('VmStopped')).map((event) => event.split(':')[0]), ['gw-01 Normal VmStopped']);
    assert.ok(!scene.events.some((event) => event.includes('Warning')), scene.events.join('\n'));
  });

  it('says what a change of the spec still needs', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register);
    await settled(scene);
    scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'virt-controller', (vm) => {
      vm.status = { ...vm.status, conditions: [{ type: 'RestartRequired', status: 'True', reason: 'RestartRequired', message: 'memory changed' }] };
    });
    await settled(scene);
    assert.equal(scene.condition('UpToDate')?.reason, 'RestartRequired');
    assert.deepEqual(scene.status().pending, { effect: 'restart' });
  });

  it('takes a device over that a person made, and its labels stay those of the person', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply(register, { labels: { site: 'north', 'app.kubernetes.io/managed-by': 'Helm', 'argocd.argoproj.io/instance': 'fleet' }, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'example.com/owner': 'jane' } });
    await settled(scene);
    const { labels, annotations } = scene.cluster.find('VirtualMachine', 'gw-01')!.metadata;
    assert.equal(labels?.['site'], 'north');
    assert.equal(labels?.['app.kubernetes.io/managed-by'], 'edge-vm');
    assert.equal(labels?.['argocd.argoproj.io/instance'], undefined, 'Argo CD would delete the VM');
    assert.equal(annotations?.['kubectl.kubernetes.io/last-applied-configuration'], undefined);
    assert.equal(annotations?.['example.com/owner'], 'jane');
  });

  it('shows no key of a device in statuses, events and logs', async () => {
    const scene = operatorScene();
    const connectionString = `HostName=${scene.hub.hostname};DeviceId=gw-01;SharedAccessKey=${CANARY}`;
    scene.cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'edge' }, data: { 'connection-string': Buffer.from(connectionString).toString('base64') } }, new Map());
    scene.hub.register('gw-01');
    scene.start();
    scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } } });
    await settled(scene, 61_000);
    assert.ok(scene.cluster.find('VirtualMachine', 'gw-01'), JSON.stringify(scene.status()));
    scene.apply({ identity: { connectionString: { secretRef: { name: 'key' } } }, vm: { cpus: 0 } });
    await settled(scene);
    const shown = JSON.stringify([scene.device(), scene.cluster.find('VirtualMachine', 'gw-01'), scene.events, scene.logs]);
    assert.ok(!decodings(shown).some((text) => text.includes(CANARY)));
  });
});
