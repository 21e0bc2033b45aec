import { use } from '../../support/advice.js';
import { EdgeVmError } from '../../support/errors.js';
import { isOfAnotherHub } from '../../readiness/another-hub.js';
import type { Found } from './find.js';
import { warn, type DeleteState } from './state.js';
import type { DeleteRequest } from '../types.js';
import type { ProvisionContext } from '../../readiness/types.js';

/** Refuses a `--deregister` that could not be done, before anything is deleted. */
export function checkDeregister(context: ProvisionContext, request: DeleteRequest, found: Found): void {
  if (!request.deregister) return;
  const { hub } = context;
  if (hub === undefined) {
    throw new EdgeVmError('usage', 'deleting the device in the hub needs a hub credential', { hint: 'Give the hub’s service credential, or its name to sign in with Entra ID', advice: use('hub') });
  }
  if (isOfAnotherHub(context, found.device.hub)) {
    throw new EdgeVmError('invalid-input', `${request.name} is a device of ${found.device.hub}, and the hub credential is for ${hub.hostname}`, {
      hint: 'Give the credential of that hub, or leave the hub’s device where it is', advice: use('hub', 'deregister'),
    });
  }
}

/** Deletes the device in the hub; its VM is gone by now, so nothing loops on a refused connection. */
export async function deregister(state: DeleteState): Promise<void> {
  const { hub } = state.context;
  const { id } = state.found.device;
  if (!state.request.deregister || hub === undefined) return;
  if (id === null) {
    warn(state, `no object tells which device ${state.request.name} was: delete it in the hub by its id`);
    return;
  }
  if (await hub.deleteDevice(id, { signal: state.deadline.signal })) state.changes.push({ kind: 'Device', name: id, outcome: 'deleted' });
}
