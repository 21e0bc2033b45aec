import { Service } from '../../cluster/kinds.js';
import { EdgeVmError } from '../../support/errors.js';
import { LABEL_INSTANCE } from '../../spec/labels.js';
import { ref } from '../../cluster/ref.js';
import type { CreateState } from './state.js';
import { warn } from './state.js';

/** Deletes the Service of a device that was a gateway and is none any more; a dry run only says so. */
export async function dropService(state: CreateState): Promise<void> {
  const { rendered, liveService, name, namespace, request } = state;
  if (rendered?.service !== undefined || liveService?.metadata.labels?.[LABEL_INSTANCE] !== name) return;
  try {
    if (request.dryRun === 'none') await remove(state, liveService.metadata.uid);
    state.changes.push({ kind: 'Service', name, outcome: 'deleted' });
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'forbidden') throw error;
    warn(state, `Service ${name} is not wanted any more and may not be deleted with your rights: kubectl delete service ${name} -n ${namespace}`);
  }
}

async function remove({ context, name, namespace, deadline }: CreateState, uid: string | undefined): Promise<void> {
  await context.cluster.delete(ref(Service, name, namespace), { ...(uid === undefined ? {} : { uid }), signal: deadline.signal });
}
