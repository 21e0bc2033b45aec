import type { DeviceIdentity } from '../../identity/types.js';
import { renderDevice } from '../../render/index.js';
import type { RenderedDevice } from '../../render/types.js';
import type { EdgeDevice } from '../../spec/types.js';
import { EdgeVmError } from '../../support/errors.js';
import type { CreateState, CreateStep } from './state.js';
import { warn } from './state.js';

/** Renders the objects for the identity that is now known. Pure: no I/O. */
export const render: CreateStep = {
  name: 'render',
  async run(state) {
    if (state.identity === undefined) throw new EdgeVmError('unexpected', 'the identity was not resolved');
    state.rendered = renderFor(state, state.identity);
    for (const message of state.rendered.warnings) warn(state, message);
  },
};

/** The objects of this run's device with that identity. */
export function renderFor({ edgeDevice, namespace, request }: CreateState, identity: DeviceIdentity): RenderedDevice {
  const device: EdgeDevice = { ...edgeDevice, metadata: { ...edgeDevice.metadata, namespace } };
  return renderDevice(device, { ...request.secrets, identity });
}

/**
 * Whether the device's disks are DataVolumes. A template file of the person's own may bring another root disk; it is
 * only read by `render`, so CDI is not asked for in that case and a missing one shows at apply.
 */
export function usesDataVolumes(device: EdgeDevice): boolean {
  return device.spec.vm.templateFile === undefined;
}
