import { PersistentVolume, StorageClass } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import type { KubeObject } from '../../../cluster/types.js';
import { dataVolumeTemplates } from '../../../cluster/virtual-machine.js';
import { rootVolumeName } from '../../../render/index.js';
import type { RenderedDevice } from '../../../render/types.js';
import { set } from '../../../support/advice.js';
import { EdgeVmError } from '../../../support/errors.js';
import { textAt } from '../../../support/plain.js';
import { suggest } from '../../../support/suggest.js';
import type { Run } from '../run.js';

/** A disk that must still be made, and the storage class that it names. */
interface Wanted {
  disk: string;
  storageClass: string;
}

/**
 * Refuses a storage class that does not exist, before anything is made. It reads only classes that a new disk names. A
 * volume made by hand may have a class without an object, so a volume of that class is enough. Without the right to read
 * classes and volumes, this refuses nothing: CDI then reports it.
 */
export async function refuseMissingClass(run: Run, name: string, rendered: RenderedDevice, vm: KubeObject | undefined, disks: ReadonlyMap<string, KubeObject>): Promise<void> {
  const wanted = newDisks(rendered, vm, disks);
  const missing = new Set<string>();
  await Promise.all([...new Set(wanted.map(({ storageClass }) => storageClass))].map(async (one) => {
    if (await isMissing(run, one)) missing.add(one);
  }));
  const without = wanted.filter(({ storageClass }) => missing.has(storageClass));
  if (without.length === 0) return;
  const known = (await quietly(run, (signal) => run.context.cluster.list(StorageClass, { signal })))?.map(({ metadata }) => metadata.name).toSorted();
  const near = known && suggest(without[0]!.storageClass, known);
  throw new EdgeVmError('not-found', without.map(({ disk, storageClass }) => `the cluster has no storage class ${storageClass}, which disk ${disk} asks for`).join('; '), {
    hint: `${known === undefined ? '' : known.length === 0 ? 'The cluster has no storage class. ' : `The cluster has: ${known.join(', ')}. `}${near === undefined ? 'Choose another' : `Did you mean ${near}?`}`,
    advice: set(...new Set(without.map(({ disk }) => (disk === rootVolumeName(name) ? 'spec.vm.disk.storageClass' : 'spec.vm.dataDisk.storageClass')))),
  });
}

/** Disks that are not filled yet, unless the VM already asks for the same class. */
function newDisks(rendered: RenderedDevice, vm: KubeObject | undefined, disks: ReadonlyMap<string, KubeObject>): Wanted[] {
  const before = new Map(dataVolumeTemplates(vm).map((template) => [template.name, classIn(template.spec)]));
  return dataVolumeTemplates(rendered.virtualMachine).flatMap(({ name, spec }) => {
    const storageClass = classIn(spec);
    const isFilled = textAt(disks.get(name)?.status, 'phase') === 'Succeeded';
    return storageClass === undefined || isFilled || before.get(name) === storageClass ? [] : [{ disk: name, storageClass }];
  });
}

/** An empty name asks for a volume without a class. */
function classIn(spec: unknown): string | undefined {
  return textAt(spec, 'storage', 'storageClassName') || textAt(spec, 'pvc', 'storageClassName') || undefined;
}

async function isMissing(run: Run, name: string): Promise<boolean> {
  const { cluster } = run.context;
  const isThere = await quietly(run, async (signal) => (await cluster.get(ref(StorageClass, name), { signal })) !== undefined);
  if (isThere !== false) return false;
  const volumes = await quietly(run, (signal) => cluster.list(PersistentVolume, { signal }));
  return volumes?.some(({ spec }) => textAt(spec, 'storageClassName') === name) === false;
}

/** Every read here is optional. */
async function quietly<T>({ deadline: { signal } }: Run, read: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  return read(signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return undefined;
  });
}
