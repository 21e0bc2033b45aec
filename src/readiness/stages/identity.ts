import { no, unknown, yes, type StageRule } from '../verdict.js';

/** The hub knows the device, edge-enabled and enabled, or accepted its credential. */
export const identity: StageRule = (o) => {
  const asked = o.hub.device;
  if (asked !== undefined) {
    const device = asked.value;
    if (device === undefined) return no('DeviceNotFound', 'the hub has no such device');
    if (!device.edgeEnabled) return no('NotEdgeEnabled', 'the device is not an IoT Edge device in the hub');
    if (device.status === 'disabled') return no('DeviceDisabled', 'the device is disabled in the hub');
    return yes('Registered', 'the hub has it as an enabled IoT Edge device');
  }
  if (o.identityEvidence !== undefined) return yes('Accepted', o.identityEvidence);
  if (o.hub.twin?.value !== undefined) return yes('Registered', 'the hub has its edge agent’s twin');
  return unknown('NotChecked', 'the hub was not asked');
};
