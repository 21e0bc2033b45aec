import { use } from '../../../support/advice.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { Subject } from '../prepared.js';
import { warn, type Done, type Run } from '../run.js';
import { skipsCheck } from './known-credential.js';
import { checkRegistration } from './registration.js';

/** Tries the device's own key at the hub before anything is created; gives the evidence in words. */
export async function checkCredential(run: Run, subject: Subject): Promise<Done<string | undefined>> {
  const { checkCredential: check, hubEndpoint } = run.context;
  const { given } = subject;
  const value = undefined;
  // A key from the hub itself needs no check, and it may take a moment until the whole hub knows a new device.
  if (given === undefined) return { value, skipped: true, detail: 'the hub gives the key' };
  if (skipsCheck(run.request, subject) || check === undefined || given?.kind !== 'symmetric-key') return { value, skipped: true };
  const answer = await check(given, hubEndpoint ?? {}, { signal: run.deadline.signal });
  if (answer.ok) return { value: 'the hub accepts the device’s credential', detail: 'accepted' };
  if (answer.code === 'unauthorized') await checkRegistration(run, subject);
  if (answer.code !== 'hub-unreachable') throw refused(subject, answer.code, answer);
  if (answer.noSuchHub === true) throw noSuchHub(subject, answer.message);
  // The guest may reach a hub that this machine cannot reach (private endpoints), so this alone stops nothing.
  warn(run, `the credential could not be checked from here: ${answer.message}`);
  return { value, skipped: true, detail: answer.message };
}

const hints = {
  unauthorized: 'Copy the connection string again: az iot hub device-identity connection-string show --hub-name <hub> --device-id <device>. Perhaps somebody regenerated the keys.',
  'device-not-found': 'The hub has no such device: check hub and device id, or register it',
  'device-disabled': 'Enable the device in the hub.',
};

function refused({ deviceId, hubHostname }: Subject, code: keyof typeof hints, { message, hint }: { message: string; hint?: string }): EdgeVmError {
  return new EdgeVmError(code, `${hubHostname} refuses the credential of device ${deviceId}: ${message}`, { hint: hint ?? hints[code], ...(code === 'device-not-found' ? { advice: use('register') } : {}) });
}

/** It is rare that only the guest can resolve a name, but typing errors are frequent. */
function noSuchHub({ hubHostname }: Subject, message: string): EdgeVmError {
  return new EdgeVmError('hub-unreachable', message, {
    hint: `Check the hub's name, ${hubHostname}. If only the guest can resolve it, skip the check of the credential`, advice: use('skipCredentialCheck'), details: { hub: hubHostname },
  });
}
