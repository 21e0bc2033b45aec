import type { HubDevice } from '../../hub/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { checkHubDevice } from './register.js';
import type { CreateState, CreateStep } from './state.js';

/**
 * A given key works for a device that is not edge-enabled too, and its guest would find that out minutes later; with a
 * credential of the hub it is found out before anything is created.
 */
export const checkRegistration: CreateStep = {
  name: 'check registration',
  async run(state) {
    const { hub } = state.context;
    const { hubHostname, deviceId } = state.device;
    const { identity, skipCredentialCheck } = state.request;
    if (skipCredentialCheck || identity.kind === 'register' || hub?.hostname.toLowerCase() !== hubHostname.toLowerCase()) return { skipped: true };
    const asked = await lookUp(state, () => hub.getDevice(deviceId, { signal: state.deadline.signal }));
    if (asked === undefined) return { skipped: true, detail: 'the registry cannot be read' };
    if (asked.device === undefined) throw new EdgeVmError('device-not-found', `there is no device ${deviceId} in hub ${hubHostname}`, { hint: 'Check hub and device id, or let --register create it.' });
    checkHubDevice(asked.device, hubHostname);
    return { detail: 'edge-enabled' };
  },
};

/** A right that is missing, or a hub that cannot be reached from here, stops nothing. */
async function lookUp(state: CreateState, get: () => Promise<HubDevice | undefined>): Promise<{ device: HubDevice | undefined } | undefined> {
  try {
    return { device: await get() };
  } catch (error) {
    if (state.deadline.signal.aborted || !EdgeVmError.is(error)) throw error;
    return undefined;
  }
}
