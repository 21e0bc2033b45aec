import { VirtualMachineInstance } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import type { KubeObject } from '../../../cluster/types.js';
import { hasOldSettings } from '../../../readiness/restart.js';
import { restartMachine } from '../../common/restart-machine.js';
import type { Done, Run } from '../run.js';

/** `--restart`: restarts a machine that runs with old settings. Gives the uid of the instance that ends, if there is one. */
export async function restart({ context: { cluster, clock }, request, deadline: { signal }, report }: Run, vm: KubeObject, replaced: readonly string[]): Promise<Done<string[]>> {
  const none = { value: [], skipped: true };
  if (request.restart !== true) return none;
  const { name, namespace = '' } = vm.metadata;
  const vmi = await cluster.get(ref(VirtualMachineInstance, name, namespace), { signal });
  const uid = vmi?.metadata.uid;
  if (vmi === undefined || uid === undefined || replaced.includes(uid)) return { ...none, detail: 'it does not run' };
  const changed = report.changes.some(({ kind, outcome }) => outcome === 'changed' && (kind === vm.kind || kind === 'Secret'));
  if (!changed && !hasOldSettings(vmi, vm)) return { ...none, detail: 'nothing needs it' };
  await restartMachine({ cluster, clock, signal }, vmi);
  const index = report.changes.findIndex(({ kind }) => kind === vm.kind);
  if (index >= 0) report.changes[index] = { ...report.changes[index]!, outcome: 'changed', detail: 'restarted' };
  return { value: [uid] };
}
