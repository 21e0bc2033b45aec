import { DataVolume, Pod } from '../cluster/kinds.js';
import type { KubeObject } from '../cluster/types.js';
import { allowMany, joined } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import { ownSelector } from '../cluster/owned.js';
import { dataVolumeTemplates } from '../cluster/virtual-machine.js';
import { noneIfUnreadable } from '../cluster/absent.js';
import type { Evaluation } from '../readiness/evaluate.js';
import type { Observations } from '../readiness/observations.js';
import { readConsole } from './status/read-console.js';
import type { ProvisionContext } from '../readiness/types.js';

/** Each console needs its own request, which the device's node answers. */
export const MOST_CONSOLES = 16;

export interface Selection {
  namespace?: string;
  signal?: AbortSignal;
}

/**
 * Launcher pods and disks of the devices that are `isOpen`: one list of each, for any number of
 * devices. Without the right to read them, the result has less detail.
 */
export async function readPodsAndDisks({ cluster }: ProvisionContext, selection: Selection, open: readonly Observations[]): Promise<void> {
  if (open.length === 0) return;
  const [pods, disks] = await Promise.all([
    cluster.list(Pod, { ...selection, labelSelector: `kubevirt.io=virt-launcher,${ownSelector()}` }).catch(noneIfUnreadable),
    cluster.list(DataVolume, { ...selection, labelSelector: ownSelector() }).catch(noneIfUnreadable),
  ]);
  for (const o of open) {
    const names = new Set(dataVolumeTemplates(o.vm).map((template) => template.name));
    o.pods = within(o, pods, (pod) => pod.metadata.labels?.['vm.kubevirt.io/name'] === o.name);
    o.dataVolumes = within(o, disks, (disk) => names.has(disk.metadata.name));
  }
}

/** The newest stage records of the first few devices that run but are not connected, all at once. */
export async function readConsoles(context: ProvisionContext, open: readonly Observations[]): Promise<void> {
  // A signal of its own: each console listens to it.
  const { signal, release } = joined(context.signal);
  allowMany(signal);
  await Promise.all(open.slice(0, MOST_CONSOLES).map(async (o) => readConsole(context, o, signal, []))).finally(release);
  if (signal.aborted) throw new EdgeVmError('interrupted', 'interrupted');
}

/**
 * The device is not connected, and nothing shows why. If nobody knows whether a running device is connected, it counts only
 * if its readiness probe does not succeed either.
 */
export function isOpen({ verdicts, suspicion }: Evaluation): boolean {
  if (suspicion !== undefined || verdicts.connected.status === 'True') return false;
  return verdicts.connected.status === 'False' || verdicts.configured.status !== 'True';
}

function within(o: Observations, objects: readonly KubeObject[], belongs: (object: KubeObject) => boolean): Record<string, KubeObject> {
  return Object.fromEntries(objects.filter((object) => object.metadata.namespace === o.namespace && belongs(object)).map((object) => [object.metadata.name, object]));
}
