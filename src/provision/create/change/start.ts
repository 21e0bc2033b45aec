import { VirtualMachineInstance } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import { runStrategyOf } from '../../../cluster/virtual-machine.js';
import type { KubeObject } from '../../../cluster/types.js';
import type { Subject } from '../prepared.js';
import type { Done, Run } from '../run.js';

/**
 * `--start`: through the start subresource, as `virtctl start` does it. Applying another `runStrategy` would conflict
 * with virt-api, which owns the field since it was stopped.
 */
export async function start({ context: { cluster }, request, deadline: { signal }, report }: Run, { name, namespace }: Subject, vm: KubeObject): Promise<Done<void>> {
  const value = undefined;
  if (!request.start) return { value, skipped: true };
  const strategy = runStrategyOf(vm);
  if (strategy !== 'Halted' && strategy !== 'Manual') return { value, skipped: true, detail: 'not stopped' };
  const running = await cluster.get(ref(VirtualMachineInstance, name, namespace), { signal });
  if (running !== undefined && strategy === 'Manual') return { value, skipped: true, detail: 'runs' };
  await cluster.vmAction(name, namespace, 'start', {}, { signal });
  const index = report.changes.findIndex((change) => change.kind === vm.kind && change.outcome === 'unchanged');
  if (index >= 0) report.changes[index] = { ...report.changes[index]!, outcome: 'changed' };
  return { value, detail: 'started' };
}
