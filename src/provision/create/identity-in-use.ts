import { EdgeVmError } from '../../support/errors.js';
import { VirtualMachineInstance } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import type { CreateStep } from './state.js';

/** A runtime that answers `ping` while no VM of ours runs is another machine with this identity. */
export const checkIdentityInUse: CreateStep = {
  name: 'check that nobody uses the identity',
  async run(state) {
    const { hub, cluster } = state.context;
    const { signal } = state.deadline;
    if (hub === undefined || hub.hostname.toLowerCase() !== state.device.hubHostname.toLowerCase() || state.registeredNow) return { skipped: true };
    if (await cluster.get(ref(VirtualMachineInstance, state.name, state.namespace), { signal }) !== undefined) return { skipped: true, detail: 'our VM runs' };
    // Whether somebody answers is only worth knowing if it is cheap to ask: a right that is missing stops nothing.
    const answer = await hub.ping(state.device.deviceId, { signal, timeoutSeconds: 5 }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return undefined;
    });
    if (answer === undefined) return { skipped: true, detail: 'ping is not possible' };
    if (!answer.answered) return { detail: 'nobody answers' };
    throw new EdgeVmError('identity-in-use', `device ${state.device.deviceId} is in use: its IoT Edge runtime answers while no VM of this name runs here`, {
      hint: 'Stop the other machine or VM that has this identity, or register a device id of its own for this one.',
    });
  },
};
