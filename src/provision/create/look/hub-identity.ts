import type { Hub, HubDevice } from '../../../hub/types.js';
import { SecretValue } from '../../../identity/secret.js';
import type { DeviceIdentity } from '../../../identity/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { PreparedIdentity, Subject } from '../prepared.js';
import { step, type Done, type Run } from '../run.js';
import { checkCredential } from './credential.js';
import { identityOf } from './hub-device.js';
import { checkIdentityInUse } from './identity-in-use.js';
import { lookForParent } from './parent.js';
import { checkRegistration } from './registration.js';

/** Checks the identity with hub and device before anything is created: without this, only the guest would find a wrong one. */
export async function findIdentity(run: Run, subject: Subject): Promise<PreparedIdentity> {
  const { hub } = run.context;
  const registered = subject.given === undefined && hub !== undefined
    ? await step(run, 'look for the device in the hub', () => lookUp(run, subject, hub))
    : undefined;
  const evidence = await step(run, 'check credential', () => checkCredential(run, subject));
  await step(run, 'check registration', () => checkRegistration(run, subject));
  const parent = await step(run, 'look for the parent in the hub', () => lookForParent(run, subject, registered));
  await step(run, 'check that nobody uses the identity', () => checkIdentityInUse(run, subject, registered === 'absent'));
  if (subject.given !== undefined) return { identity: subject.given, toRegister: false, evidence, ...parent };
  if (typeof registered === 'object') return { identity: identityOf(registered, subject.hubHostname), toRegister: false, evidence: 'found edge-enabled in the hub', ...parent };
  return { identity: standIn(subject), toRegister: true, evidence: undefined, ...parent };
}

/** Without the right to read the registry, the registration itself shows what is allowed. */
async function lookUp({ deadline: { signal } }: Run, { deviceId, hubHostname }: Subject, hub: Hub): Promise<Done<HubDevice | 'absent' | 'unknown'>> {
  try {
    const device = await hub.getDevice(deviceId, { signal });
    if (device === undefined) return { value: 'absent', detail: 'not there yet' };
    identityOf(device, hubHostname);
    return { value: device, detail: 'found' };
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'hub-forbidden') throw error;
    return { value: 'unknown', skipped: true, detail: 'the registry cannot be read' };
  }
}

/** The identity for the dry run, before the hub makes the key. */
function standIn({ hubHostname, deviceId }: Subject): DeviceIdentity {
  return { kind: 'symmetric-key', hubHostname, deviceId, key: new SecretValue(Buffer.alloc(32).toString('base64')) };
}
