import { isRunning } from '../reading.js';
import { suspect, type FailureRule } from '../verdict.js';

/** The hub's record of the device. edge-vm asks for it if there is no twin. */
export const hubDevice: FailureRule = (o) => {
  const asked = o.hub.device;
  const hub = o.device.hub ?? 'the hub';
  const id = o.device.id ?? o.name;
  if (asked === undefined) return undefined;
  if (asked.value === undefined) return suspect('device-not-found', 0, 'device-not-found', `${hub} has no device ${id}`, 'It was deleted in the hub: register it and create the device again.');
  if (!asked.value.edgeEnabled) return suspect('not-edge-enabled', 0, 'not-edge-enabled', `device ${id} is not an IoT Edge device in ${hub}`, `az iot hub device-identity update --hub-name ${hub.split('.')[0]} --device-id '${id}' --edge-enabled true`);
  if (asked.value.status === 'disabled') return suspect('device-disabled', 0, 'device-disabled', `device ${id} is disabled in ${hub}`, 'Enable it in the hub.');
  return undefined;
};

/** Another machine answers as this device while no VM of ours runs. */
export const identityInUse: FailureRule = (o) => {
  const { ping } = o.hub;
  // If our own instance answered the ping before it stopped, the answer says nothing about others.
  if (ping?.value.answered !== true || ping.instance !== undefined || !o.seen.vmi || o.vmi !== undefined || isRunning(o)) return undefined;
  return suspect('identity-in-use', 0, 'identity-in-use', `the edge runtime of device ${o.device.id ?? o.name} answers while no VM of this name runs here`, 'Stop the other machine that has this identity, or use another device id.');
};
