import { VirtualMachineInstance } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import { EdgeVmError } from '../../../support/errors.js';
import { textAt } from '../../../support/plain.js';
import type { Subject } from '../prepared.js';
import type { Done, Run } from '../run.js';

/**
 * If a runtime answers `ping` while no VM of ours runs, another machine has this identity.
 *
 * @param isNew the hub does not know the device yet, so nobody can use it.
 */
export async function checkIdentityInUse({ context: { hub, cluster }, request, deadline: { signal } }: Run, subject: Subject, isNew: boolean): Promise<Done<void>> {
  const value = undefined;
  const { name, namespace, hubHostname, deviceId } = subject;
  if (hub === undefined || hub.hostname.toLowerCase() !== hubHostname.toLowerCase() || isNew) return { value, skipped: true };
  // A controller puts back a VM that somebody has just deleted: its runtime may still seem to answer.
  if (request.owner !== undefined && subject.kept !== undefined) return { value, skipped: true, detail: 'checked when the device was made' };
  const instance = await cluster.get(ref(VirtualMachineInstance, name, namespace), { signal });
  if (instance !== undefined) return { value, skipped: true, detail: textAt(instance.status, 'phase') === 'Running' ? 'our VM runs' : 'our VM is about to start' };
  // This is only an extra check: a missing right stops nothing.
  const answer = await hub.ping(deviceId, { signal, timeoutSeconds: 5 }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    return undefined;
  });
  if (answer === undefined) return { value, skipped: true, detail: 'ping is not possible' };
  if (!answer.answered) return { value, detail: 'nobody answers' };
  throw new EdgeVmError('identity-in-use', `device ${deviceId} is in use: its IoT Edge runtime answers while no VM of this name runs here`, {
    hint: 'Stop the other machine or VM that has this identity, or register a device id of its own for this one.',
  });
}
