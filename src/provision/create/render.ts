import type { DeviceIdentity } from '../../identity/types.js';
import { renderDevice } from '../../render/index.js';
import type { RenderedDevice } from '../../render/types.js';
import type { EdgeDevice } from '../../spec/types.js';
import type { Subject } from './prepared.js';

/** The objects of a device with that identity. Pure: no I/O. */
export function renderFor({ device, secrets }: Subject, identity: DeviceIdentity): RenderedDevice {
  return renderDevice(device, { ...secrets, identity });
}

/**
 * Whether the device's disks are DataVolumes. A template file of the person's own may bring another root disk; it is
 * only read by `renderFor`, so CDI is not asked for in that case and a missing one shows at apply.
 */
export function usesDataVolumes(device: EdgeDevice): boolean {
  return device.spec.vm.templateFile === undefined;
}
