import type { Hub, HubDevice } from '../../hub/types.js';
import { SecretValue } from '../../identity/secret.js';
import { EdgeVmError } from '../../support/errors.js';
import type { CreateState, CreateStep } from './state.js';
import { warn } from './state.js';

/** Creates the device edge-enabled in the hub, or adopts the one that is there; refuses what cannot become an edge device. */
export const register: CreateStep = {
  name: 'register device',
  async run(state) {
    const { hub } = state.context;
    const request = state.request.identity;
    if (request.kind !== 'register' || hub === undefined) return { skipped: true };
    const { device, created } = await (state.request.dryRun === 'none' ? ensure(state, hub) : pretend(state, hub));
    checkHubDevice(device, hub.hostname);
    if (device.primaryKey === undefined) throw notSas(device);
    state.identity = { kind: 'symmetric-key', hubHostname: hub.hostname, deviceId: device.deviceId, key: device.primaryKey };
    state.registeredNow = created;
    state.identityProof = created ? 'registered edge-enabled in the hub' : 'found edge-enabled in the hub';
    const made = state.request.dryRun === 'none' ? 'created' : 'not there yet; a dry run registers nothing';
    return { detail: created ? made : 'adopted' };
  },
};

type Ensured = { device: HubDevice; created: boolean };

async function ensure(state: CreateState, hub: Hub): Promise<Ensured> {
  const { identity } = state.request;
  const tags = identity.kind === 'register' ? identity.tags : undefined;
  return hub.ensureDevice(state.device.deviceId, { signal: state.deadline.signal, ...(tags === undefined ? {} : { tags }) });
}

/** A dry run reads only; a device that is not there yet gets a key that nobody will ever use. */
async function pretend(state: CreateState, hub: Hub): Promise<Ensured> {
  const { deviceId } = state.device;
  const device = await hub.getDevice(deviceId, { signal: state.deadline.signal });
  if (device !== undefined) return { device, created: false };
  warn(state, `device ${deviceId} would be registered in ${hub.hostname}`);
  const primaryKey = new SecretValue(Buffer.alloc(32).toString('base64'));
  return { device: { deviceId, edgeEnabled: true, status: 'enabled', authType: 'sas', primaryKey }, created: true };
}

/** Throws for a hub device that no edge runtime can use. */
export function checkHubDevice(device: HubDevice, hubHostname: string): void {
  const hubName = hubHostname.split('.')[0];
  if (!device.edgeEnabled) {
    throw new EdgeVmError('not-edge-enabled', `device ${device.deviceId} is registered in ${hubHostname}, but not as an IoT Edge device`, {
      hint: `Enable it: az iot hub device-identity update --hub-name ${hubName} --device-id '${device.deviceId}' --edge-enabled true`,
    });
  }
  if (device.status === 'disabled') {
    throw new EdgeVmError('device-disabled', `device ${device.deviceId} is disabled in ${hubHostname}${device.statusReason ? ` (${device.statusReason})` : ''}`, {
      hint: `Enable it: az iot hub device-identity update --hub-name ${hubName} --device-id '${device.deviceId}' --status enabled`,
    });
  }
  if (device.authType !== 'sas') throw notSas(device);
}

function notSas(device: HubDevice): EdgeVmError {
  return new EdgeVmError('unauthorized', `device ${device.deviceId} proves itself by ${device.authType}, not by a symmetric key`, {
    hint: 'Register another device id, or change this one to symmetric keys in the hub.',
  });
}
