import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/cluster/types.js';
import { createIdentities } from '../../../src/operator/identities.js';
import { statusIn } from '../../../src/operator/registration.js';
import type { StatusCondition } from '../../../src/operator/types.js';
import { operatorScene, settled, type OperatorScene } from './helpers/scene.js';

const hub = 'hub.example.net';
const device = (namespace: string, name: string, createdAt: string, more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name, namespace, uid: `${namespace}-${name}`, creationTimestamp: createdAt, generation: 1 }, spec: { identity: { register: {} } }, ...more,
});
const registered = (state: string, deviceId: string): Partial<KubeObject> => ({ status: { registration: { state, hub, deviceId } } });

describe('identities', () => {
  it('are of the one that has it, else of the older one', () => {
    const all = createIdentities(hub);
    const [older, younger] = [device('a', 'gw-01', '2026-01-01T00:00:00Z'), device('b', 'gw-01', '2026-01-02T00:00:00Z')];
    for (const one of [older, younger]) all.note(one, false);
    assert.equal(all.claim(younger, { hub: 'HUB.example.net', id: 'gw-01' }), 'EdgeDevice a/gw-01');
    assert.equal(all.claim(older, { hub, id: 'gw-01' }), undefined);
    const holder = device('b', 'gw-01', '2026-01-02T00:00:00Z', registered('Registered', 'gw-01'));
    const fresh = createIdentities(hub);
    for (const one of [older, holder]) fresh.note(one, false);
    assert.equal(fresh.claim(older, { hub, id: 'gw-01' }), 'EdgeDevice b/gw-01');
    assert.equal(fresh.otherUser(older, { hub, id: 'gw-01' }), 'EdgeDevice b/gw-01');
    fresh.note(holder, true);
    assert.equal(fresh.claim(older, { hub, id: 'gw-01' }), undefined);
  });

  it('are of a device from the moment in which its connection string was read, until its spec changes', () => {
    const all = createIdentities(undefined);
    const spec = { identity: { connectionString: { secretRef: { name: 'key' } } } };
    const [one, other] = [device('a', 'x', '2026-01-01T00:00:00Z', { spec }), device('b', 'y', '2026-01-01T00:00:00Z', { spec })];
    for (const each of [one, other]) all.note(each, false);
    assert.equal(all.claim(other, { hub, id: 'dev' }), undefined);
    all.note(other, false);
    assert.equal(all.claim(one, { hub, id: 'dev' }), 'EdgeDevice b/y');
    all.note({ ...other, metadata: { ...other.metadata, generation: 2 } }, false);
    assert.equal(all.claim(one, { hub, id: 'dev' }), undefined);
  });

  it('are also of VMs that a person made', () => {
    const all = createIdentities(hub);
    const vm = (labels: Record<string, string>): KubeObject => ({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name: 'm', namespace: 'a', labels, annotations: { 'edge-vm.io/hub': hub, 'edge-vm.io/device-id': 'gw-01' } } });
    all.note(vm({}), false);
    const late = device('b', 'gw-01', '2026-01-02T00:00:00Z');
    assert.equal(all.otherUser(late, { hub, id: 'gw-01' }), undefined);
    all.note(vm({ 'app.kubernetes.io/managed-by': 'edge-vm' }), false);
    assert.equal(all.claim(late, { hub, id: 'gw-01' }), 'VirtualMachine a/m');
  });
});

describe('one identity for two EdgeDevices', () => {  const inOther = (scene: OperatorScene): KubeObject | undefined => scene.cluster.store.all().find(({ kind, metadata }) => kind === 'EdgeDevice' && metadata.namespace === 'other');
  const vms = (scene: OperatorScene): (string | undefined)[] => scene.cluster.store.all().filter(({ kind }) => kind === 'VirtualMachine').map(({ metadata }) => metadata.namespace);
  function second(scene: OperatorScene, status: Record<string, unknown> = {}): void {
    scene.cluster.store.put({ ...device('other', 's3', '2100-01-01T00:00:00Z', { spec: { deviceId: 'gw-01', identity: { register: {} } } }), status }, new Map());
  }

  it('is refused in another namespace, also while the VM is stopped, and allowed when the first one is gone', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply({ identity: { register: {} } });
    await settled(scene);
    scene.cluster.store.delete('VirtualMachineInstance/edge/gw-01', 'Background');
    second(scene);
    await settled(scene, 10_000);
    const accepted = (): StatusCondition | undefined => statusIn(inOther(scene)!).conditions?.find(({ type }) => type === 'Accepted');
    assert.equal(accepted()?.reason, 'IdentityInUse');
    assert.match(accepted()?.message ?? '', /device gw-01 .*EdgeDevice edge\/gw-01/);
    assert.deepEqual(vms(scene), ['edge']);
    scene.remove();
    await settled(scene, 130_000);
    assert.equal(accepted()?.status, 'True', accepted()?.message);
    assert.deepEqual(vms(scene), ['other']);
    assert.ok(scene.hub.devices.has('gw-01'));
  });

  it('leaves the hub device of the other one', async () => {
    const scene = operatorScene();
    scene.start();
    scene.apply({ identity: { register: {} } });
    await settled(scene);
    second(scene, { registration: { state: 'Adopted', hub: scene.hub.hostname, deviceId: 'gw-01' } });
    scene.remove();
    await settled(scene, 1_000);
    assert.equal(scene.device(), undefined);
    assert.ok(scene.hub.devices.has('gw-01'));
    assert.ok(scene.events.some((event) => /HubDeviceKept: .*EdgeDevice other\/s3 uses it/.test(event)), scene.events.join('\n'));
  });
});
