import { use } from '../../support/advice.js';
import { EdgeVmError } from '../../support/errors.js';
import { withTrouble } from '../../readiness/hub-trouble.js';
import { isOfAnotherHub } from '../../readiness/another-hub.js';
import type { Found } from './find.js';
import { warn, type DeleteState } from './state.js';
import type { DeleteRequest } from '../types.js';
import type { ProvisionContext } from '../../readiness/types.js';

/** Refuses an impossible `--deregister` before anything is deleted: a hub that does not answer, or not for this credential. */
export async function checkDeregister(context: ProvisionContext, request: DeleteRequest, found: Found, signal: AbortSignal): Promise<void> {
  if (!request.deregister) return;
  const { hub } = context;
  if (hub === undefined) {
    throw new EdgeVmError('usage', 'deleting the device in the hub needs a hub credential', { hint: 'Give the hub’s service credential, or its name to sign in with Entra ID', advice: use('hub') });
  }
  if (isOfAnotherHub(context, found.device.hub)) {
    throw new EdgeVmError('invalid-input', `${request.name} is a device of ${found.device.hub}, but the hub credential is for ${hub.hostname}`, {
      hint: 'Give a credential for that hub, or leave the device in its hub', advice: use('hub', 'deregister'),
    });
  }
  // Once the cluster's objects are gone, nothing names the device any more.
  if (found.device.id !== null) await hub.getDevice(found.device.id, { signal });
}

/** Deletes the device in the hub; its VM is already gone, so no guest tries to connect again and again. */
export async function deregister(state: DeleteState): Promise<void> {
  const { hub } = state.context;
  const { id } = state.found.device;
  if (!state.request.deregister || hub === undefined) return;
  if (id === null) {
    warn(state, `no object shows the device id of ${state.request.name}: delete the device in the hub by its id`);
    return;
  }
  try {
    if (await hub.deleteDevice(id, { signal: state.deadline.signal })) state.changes.push({ kind: 'Device', name: id, outcome: 'deleted' });
  } catch (error) {
    if (!EdgeVmError.is(error)) throw error;
    const outOfTime = state.deadline.expired && error === state.deadline.signal.reason;
    const { message, hint } = withTrouble(outOfTime ? state.context : {}, {
      message: outOfTime ? `${state.request.name} was not deleted in time` : error.message,
      hint: `Do the same again, or delete it there: az iot hub device-identity delete --hub-name ${hub.hostname.split('.')[0]} --device-id '${id}'`,
    });
    throw new EdgeVmError(error.code, `${message}; the VM is deleted, and device ${id} is still in the hub`, { cause: error, details: error.details, hint });
  }
}
