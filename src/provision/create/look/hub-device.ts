import type { HubDevice } from '../../../hub/types.js';
import type { SymmetricKeyIdentity } from '../../../identity/types.js';
import { EdgeVmError } from '../../../support/errors.js';

/** Throws if no edge runtime can use the hub device. */
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

/** The identity of a registered device. Throws if no edge runtime can use it, or it has no key. */
export function identityOf(device: HubDevice, hubHostname: string): SymmetricKeyIdentity {
  checkHubDevice(device, hubHostname);
  if (device.primaryKey === undefined) throw notSas(device);
  return { kind: 'symmetric-key', hubHostname, deviceId: device.deviceId, key: device.primaryKey };
}

function notSas(device: HubDevice): EdgeVmError {
  return new EdgeVmError('unauthorized', `device ${device.deviceId} authenticates with ${device.authType}, not with a symmetric key`, {
    hint: 'Register another device id, or change this one to symmetric keys in the hub.',
  });
}
