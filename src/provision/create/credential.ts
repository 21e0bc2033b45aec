import { EdgeVmError } from '../../support/errors.js';
import type { CreateState, CreateStep } from './state.js';
import { warn } from './state.js';

/** Tries the device's own key at the hub before anything is created: a wrong key would else show itself only in the guest. */
export const checkCredential: CreateStep = {
  name: 'check credential',
  async run(state) {
    const { checkCredential: check, hubEndpoint } = state.context;
    const { identity } = state;
    const pretended = state.request.dryRun !== 'none' && state.registeredNow;
    if (state.request.skipCredentialCheck || check === undefined || identity?.kind !== 'symmetric-key' || pretended) return { skipped: true };
    // A key that the hub itself just gave needs no trial, and a fresh device may take a moment to be known everywhere.
    if (state.request.identity.kind === 'register') return { skipped: true, detail: 'the hub gave the key' };
    const answer = await check(identity, hubEndpoint ?? {}, { signal: state.deadline.signal });
    if (answer.ok) {
      state.identityProof = 'the hub accepts the device’s credential';
      return { detail: 'accepted' };
    }
    if (answer.code !== 'hub-unreachable') throw refused(state, answer.code, answer.message);
    // The guest may reach what this machine cannot (private endpoints), so this alone stops nothing.
    warn(state, `the credential could not be tried from here: ${answer.message}`);
    return { skipped: true, detail: answer.message };
  },
};

const hints = {
  unauthorized: 'Copy the connection string again: az iot hub device-identity connection-string show --hub-name <hub> --device-id <device>. Keys may have been regenerated.',
  'device-not-found': 'The hub has no such device: check hub and device id, or let --register create it.',
  'device-disabled': 'Enable the device in the hub.',
};

function refused(state: CreateState, code: keyof typeof hints, message: string): EdgeVmError {
  const { deviceId, hubHostname } = state.device;
  return new EdgeVmError(code, `${hubHostname} refuses the credential of device ${deviceId}: ${message}`, { hint: hints[code] });
}
