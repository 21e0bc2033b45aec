import { kinds, type KubeObject } from '../../../src/cluster/index.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import type { ResourceType } from '../../../src/cluster/types.js';
import type { Scene } from './scene.js';

const madeForADevice: readonly ResourceType[] = [
  kinds.VirtualMachine, kinds.VirtualMachineInstance, kinds.DataVolume, kinds.PersistentVolumeClaim, kinds.Pod, kinds.Secret, kinds.Service,
];

/** `Kind/name` of everything in the scene's namespace that a device is made of, sorted; of one device when it is named. */
export async function objectsOf(scene: Scene, device = ''): Promise<string[]> {
  const lists = await Promise.all(madeForADevice.map(async (type) => (await scene.list(type)).map((object) => `${type.kind}/${object.metadata.name}`)));
  return lists.flat().filter((object) => object.includes(device)).sort();
}

/** `Kind outcome` of each change that a command says it made. */
export function outcomes(result: Pick<DeviceResult, 'changes'>): string[] {
  return result.changes.map(({ kind, outcome }) => `${kind} ${outcome}`);
}

/** uid and resourceVersion of the objects that create writes. */
export async function versionsOf(scene: Scene, name: string): Promise<Record<string, string>> {
  const wanted: [ResourceType, string][] = [[kinds.VirtualMachine, name], [kinds.Secret, `${name}-cloud-init`], [kinds.DataVolume, `${name}-root`]];
  const found = await Promise.all(wanted.map(async ([type, one]) => [type.kind, versionOf(await scene.get(type, one))]));
  return Object.fromEntries(found) as Record<string, string>;
}

function versionOf(object: KubeObject | undefined): string {
  // KubeVirt writes the VM's status from time to time; its generation counts only changes of the spec.
  return object === undefined ? 'absent' : `${object.metadata.uid} ${object.metadata.generation ?? object.metadata.resourceVersion}`;
}

/** Calls `look` until it returns something, for 90 s at most, or as long as `seconds` says. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 90): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`did not happen in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
