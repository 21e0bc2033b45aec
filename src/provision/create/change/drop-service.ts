import { Service } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import { EdgeVmError } from '../../../support/errors.js';
import { serviceToDrop } from '../look/plan.js';
import type { PreparedDevice } from '../prepared.js';
import { warn, type Run } from '../run.js';

/** Deletes the Service of a device that is no longer a gateway; a dry run only says so. */
export async function dropService(run: Run, prepared: PreparedDevice): Promise<void> {
  const service = serviceToDrop(prepared);
  if (service === undefined) return;
  const { context: { cluster }, request, deadline: { signal }, report } = run;
  const { name, namespace } = prepared.subject;
  const { uid } = service.metadata;
  try {
    if (request.dryRun === 'none') await cluster.delete(ref(Service, name, namespace), { ...(uid === undefined ? {} : { uid }), signal });
    report.changes.push({ kind: 'Service', name, outcome: 'deleted' });
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'forbidden') throw error;
    warn(run, `Service ${name} is no longer needed, but you have no right to delete it: kubectl delete service ${name} -n ${namespace}`);
  }
}
