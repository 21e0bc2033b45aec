import { use } from '../../../support/advice.js';
import type { HubDevice } from '../../../hub/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { Subject } from '../prepared.js';
import type { Done, Run } from '../run.js';
import { skipsCheck } from './known-credential.js';
import { checkHubDevice } from './hub-device.js';

/**
 * A given key also works for a device that is not edge-enabled, and its guest would find that out minutes later. With a
 * hub credential, edge-vm finds it out before it creates anything.
 */
export async function checkRegistration({ context: { hub }, request, deadline: { signal } }: Run, subject: Subject): Promise<Done<void>> {
  const value = undefined;
  const { hubHostname, deviceId, given } = subject;
  if (skipsCheck(request, subject) || given === undefined || hub?.hostname.toLowerCase() !== hubHostname.toLowerCase()) return { value, skipped: true };
  const asked = await lookUp(signal, () => hub.getDevice(deviceId, { signal }));
  if (asked === undefined) return { value, skipped: true, detail: 'the registry cannot be read' };
  if (asked.device === undefined) throw new EdgeVmError('device-not-found', `there is no device ${deviceId} in hub ${hubHostname}`, { hint: 'Check hub and device id, or register it', advice: use('register') });
  checkHubDevice(asked.device, hubHostname);
  return { value, detail: 'edge-enabled' };
}

/** A missing right, or a hub that does not answer here, stops nothing. */
async function lookUp(signal: AbortSignal, get: () => Promise<HubDevice | undefined>): Promise<{ device: HubDevice | undefined } | undefined> {
  try {
    return { device: await get() };
  } catch (error) {
    if (signal.aborted || !EdgeVmError.is(error)) throw error;
    return undefined;
  }
}
