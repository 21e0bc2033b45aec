import { Secret } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import { cloudInitSecretName } from '../../../render/index.js';
import { runStep } from '../../common/emit.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { CauseCode } from '../../../support/causes.js';
import type { PreparedDevice } from '../prepared.js';
import type { Run } from '../run.js';

/** After these answers, the refused object does not exist. After other errors, the server may have stored it. */
const refusals: ReadonlySet<CauseCode> = new Set<CauseCode>(['admission-refused', 'forbidden', 'field-conflict', 'conflict', 'not-found', 'not-owned', 'invalid-input']);

/**
 * Deletes the hub device that this run made, and the Secret with its key, if the API server refuses the VirtualMachine
 * after it accepted it in the dry run: nobody wants a device only in the hub, and `delete` could not find it. If this
 * fails, the first error stays.
 */
export async function takeBack({ context, deadline, report }: Run, { subject, live }: PreparedDevice, error: unknown): Promise<void> {
  const { hub, cluster } = context;
  const applied = new Set(report.changes.map(({ kind }) => kind));
  if (hub === undefined || !EdgeVmError.is(error) || !refusals.has(error.code) || applied.has('VirtualMachine') || deadline.signal.aborted) return;
  const { name, namespace, deviceId } = subject;
  const { signal } = deadline;
  const quietly = async (work: Promise<unknown>): Promise<boolean> => work.then(() => true, () => false);
  await runStep(context, 'take the registration back', async () => {
    const gone = await quietly(hub.deleteDevice(deviceId, { signal }));
    if (live.secret === undefined && applied.has('Secret') && await quietly(cluster.delete(ref(Secret, cloudInitSecretName(name), namespace), { signal }))) {
      report.changes.push({ kind: 'Secret', name: cloudInitSecretName(name), outcome: 'deleted' });
    }
    return gone ? { detail: 'deleted in the hub' } : { skipped: true, detail: `device ${deviceId} stays in the hub` };
  });
}
