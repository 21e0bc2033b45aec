import type { KubeObject } from '../../../cluster/types.js';
import { startMachine } from '../../start.js';
import type { Done, Run } from '../run.js';

/** `--start`: starts a machine that was stopped. */
export async function start({ context: { cluster }, request, deadline: { signal }, report }: Run, vm: KubeObject): Promise<Done<void>> {
  const value = undefined;
  if (!request.start) return { value, skipped: true };
  const outcome = await startMachine(cluster, vm, { signal });
  if (outcome !== 'started') return { value, skipped: true, detail: outcome };
  const index = report.changes.findIndex((change) => change.kind === vm.kind && change.outcome === 'unchanged');
  if (index >= 0) report.changes[index] = { ...report.changes[index]!, outcome: 'changed' };
  return { value, detail: outcome };
}
