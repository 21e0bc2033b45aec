import { setMaxListeners } from 'node:events';
import { DataVolume, Pod } from '../cluster/kinds.js';
import type { KubeObject } from '../cluster/types.js';
import { EdgeVmError } from '../support/errors.js';
import { ownSelector } from '../cluster/owned.js';
import { dataVolumeTemplates } from '../cluster/virtual-machine.js';
import { noneIfUnreadable } from '../cluster/absent.js';
import type { Evaluation } from '../readiness/evaluate.js';
import type { Observations } from '../readiness/observations.js';
import { readConsole } from './status/read-console.js';
import type { ProvisionContext } from '../readiness/types.js';

/** Each console is a request of its own, answered by the device's node. */
export const MOST_CONSOLES = 16;

export interface Selection {
  namespace?: string;
  signal?: AbortSignal;
}

/**
 * Launcher pods and disks of the devices that are `isOpen`: one list of each, however many
 * there are. Who may not see them is told less.
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

/** The newest stage record of the first few devices that run and do not get on, all at once. */
export async function readConsoles(context: ProvisionContext, open: readonly Observations[]): Promise<void> {
  // One of its own, as each console listens to it: Node takes so many listeners for a leak and says so to the person.
  const signal = AbortSignal.any(context.signal === undefined ? [] : [context.signal]);
  setMaxListeners(2 * MOST_CONSOLES, signal);
  await Promise.all(open.slice(0, MOST_CONSOLES).map(async (o) => readConsole(context, o, signal, [])));
  if (signal.aborted) throw new EdgeVmError('interrupted', 'interrupted');
}

/**
 * Not connected, and it does not show why. A running device of which nobody knows whether it is connected counts only
 * where its readiness probe does not succeed either.
 */
export function isOpen({ verdicts, suspicion }: Evaluation): boolean {
  if (suspicion !== undefined || verdicts.connected.status === 'True') return false;
  return verdicts.connected.status === 'False' || verdicts.configured.status !== 'True';
}

function within(o: Observations, objects: readonly KubeObject[], belongs: (object: KubeObject) => boolean): Record<string, KubeObject> {
  return Object.fromEntries(objects.filter((object) => object.metadata.namespace === o.namespace && belongs(object)).map((object) => [object.metadata.name, object]));
}
