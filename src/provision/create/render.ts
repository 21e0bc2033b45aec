import type { DeviceIdentity } from '../../identity/types.js';
import { bringsDisks, renderDevice } from '../../render/index.js';
import type { RenderedDevice } from '../../render/types.js';
import type { EdgeDevice } from '../../spec/types.js';
import type { Subject } from './prepared.js';

/** The objects of a device with that identity. Pure: no I/O. */
export function renderFor({ device, secrets }: Subject, identity: DeviceIdentity): RenderedDevice {
  return renderDevice(device, { ...secrets, identity });
}

/** Whether disks of the device are DataVolumes: a person's own template file may have other disks. */
export function usesDataVolumes(device: EdgeDevice): boolean {
  const { vm } = device.spec;
  return vm.dataDisk !== undefined || bringsDisks(vm);
}
