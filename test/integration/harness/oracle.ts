import assert from 'node:assert/strict';
import { kinds, type KubeObject } from '../../../src/cluster/index.js';
import type { Registration } from '../../../src/operator/types.js';
import { theLab } from './lab.js';
import { isReady, statusOf, type DeviceFleet } from './device-fleet.js';
import type { Census } from './census.js';
import { eventually } from './objects.js';
import { holds, whereIn } from './search.js';
import type { Scene } from './scene.js';

/** What must be true in the end. */
export interface Expected {
  /** Each device that must be there, and nothing else, with how the hub got it; `own`: it has its key from a Secret. */
  devices: ReadonlyMap<string, Registration['state'] | 'own'>;
  /** Ids that stay in the hub although their devices are gone. */
  left?: readonly string[];
  /** Devices that are gateways. */
  gateways?: ReadonlySet<string>;
}

/** Everything is there once, with the right owner, ready, and in the hub; and nothing else. */
export async function assertWhole(scene: Scene, fleet: DeviceFleet, { devices, left = [], gateways = new Set() }: Expected): Promise<void> {
  const names = [...devices.keys()].sort();
  const live = (objects: readonly KubeObject[]): KubeObject[] => objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  // What is deleted goes in its own time.
  await eventually('everything of deleted devices is gone', async () => {
    const lists = await Promise.all([kinds.VirtualMachine, kinds.VirtualMachineInstance, kinds.DataVolume, kinds.Service].map((type) => scene.list(type)));
    return lists.every((list) => list.length === live(list).length);
  });
  const found = await scene.list(kinds.EdgeDevice);
  assert.deepEqual(namesOf(found), names, 'EdgeDevices');
  for (const device of found) {
    assert.ok(isReady(device), `${device.metadata.name}: ${JSON.stringify(device.status)}`);
    for (const { type, observedGeneration } of statusOf(device).conditions ?? []) assert.equal(observedGeneration, device.metadata.generation, `${device.metadata.name} ${type}`);
    assert.ok(device.metadata.finalizers?.includes('edge-vm.io/device'), `${device.metadata.name} has the finalizer`);
    const wanted = devices.get(device.metadata.name);
    assert.equal(statusOf(device).registration?.state ?? 'own', wanted, `${device.metadata.name}: registration`);
  }
  const uids = new Map(found.map(({ metadata }) => [metadata.name, metadata.uid]));
  const owned = async (type: typeof kinds.VirtualMachine, expected: readonly string[], deviceOf: (name: string) => string, selector?: string): Promise<KubeObject[]> => {
    const objects = await scene.list(type, selector);
    assert.deepEqual(namesOf(objects), [...expected].sort(), type.plural);
    for (const { metadata } of objects) {
      const owners = (metadata.ownerReferences ?? []).map(({ kind, name, uid, controller }) => ({ kind, name, uid, controller }));
      const name = deviceOf(metadata.name);
      assert.deepEqual(owners, [{ kind: 'EdgeDevice', name, uid: uids.get(name), controller: true }], `owner of ${type.kind} ${metadata.name}`);
    }
    return objects;
  };
  await owned(kinds.VirtualMachine, names, (name) => name);
  const secrets = await owned(kinds.Secret, names.map((name) => `${name}-cloud-init`), (name) => name.replace(/-cloud-init$/, ''), 'app.kubernetes.io/managed-by=edge-vm');
  await owned(kinds.Service, [...gateways], (name) => name);
  assert.deepEqual(namesOf(await scene.list(kinds.VirtualMachineInstance)), names, 'instances');
  assert.deepEqual(namesOf(await scene.list(kinds.DataVolume)), names.map((name) => `${name}-root`).sort(), 'disks');
  const launchers = (await scene.list(kinds.Pod, 'kubevirt.io=virt-launcher')).filter(({ status }) => !['Succeeded', 'Failed'].includes(String(status?.['phase'])));
  assert.deepEqual(launchers.map(({ metadata }) => metadata.labels?.['vm.kubevirt.io/name'] ?? '').sort(), names, 'one launcher pod each');
  assert.deepEqual(await fleet.inHub(), [...names, ...left].sort(), 'the hub has the devices of the resources, those that were there before, and no others');
  for (const name of names) {
    const key = await keyInHub(scene, name);
    assert.ok(holds(JSON.stringify(secrets.find(({ metadata }) => metadata.name === `${name}-cloud-init`)), key), `the Secret of ${name} has the key of the hub`);
  }
}

/** No object of these devices was ever made twice. */
export function assertMadeOnce(census: Census, names: readonly string[]): void {
  for (const kind of ['EdgeDevice', 'VirtualMachine', 'VirtualMachineInstance', 'Pod'] as const) {
    const twice = names.filter((name) => census.of(kind).get(name)?.size !== 1).map((name) => `${name}: ${census.of(kind).get(name)?.size ?? 0}`);
    assert.deepEqual(twice, [], `each device had one ${kind} in all that time`);
  }
}

/** None of the secrets is in a resource, a status, an Event, a metric or a log; nor is a key of a device in the hub. */
export async function assertNoSecret(scene: Scene, fleet: DeviceFleet, texts: Readonly<Record<string, string>>, canaries: readonly string[] = []): Promise<void> {
  const keys = await Promise.all((await fleet.inHub()).map((id) => keyInHub(scene, id)));
  const service = /SharedAccessKey=([^;]+)/.exec(theLab().variables.EDGE_VM_HUB_CONNECTION_STRING)![1]!;
  const types = [kinds.EdgeDevice, kinds.VirtualMachine, kinds.VirtualMachineInstance, kinds.DataVolume, kinds.Pod, kinds.Service, kinds.Event];
  const objects = (await Promise.all(types.map(async (type) => (await scene.list(type)).map((object) => ({ where: `${type.kind}/${object.metadata.name}`, object }))))).flat();
  assert.ok(keys.length > 0 && objects.length > 0 && Object.values(texts).every((text) => text.length > 0), 'there is something to search');
  const everything = objects.map(({ object }) => JSON.stringify(object)).join('\n');
  for (const secret of [...keys, ...canaries, service]) {
    for (const [what, text] of Object.entries(texts)) assert.equal(text.includes(secret), false, `a secret is in ${what}`);
    assert.equal(everything.includes(secret), false, 'a secret is in an object');
  }
  // Also in other forms, which takes longer.
  for (const secret of canaries) {
    for (const [what, text] of Object.entries(texts)) assert.equal(holds(text, secret), false, `a secret is in ${what}`);
    assert.deepEqual(objects.flatMap(({ where, object }) => whereIn(object, secret, where)), []);
  }
}

async function keyInHub(scene: Scene, id: string): Promise<string> {
  const device = await scene.hub.device(id) as { authentication?: { symmetricKey?: { primaryKey?: string } } } | undefined;
  const key = device?.authentication?.symmetricKey?.primaryKey;
  assert.ok(key !== undefined && key.length > 20, `the hub has a key for ${id}`);
  return key;
}

function namesOf(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}
