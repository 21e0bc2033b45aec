import { renderDevice } from '../../render/index.js';
import type { EdgeDevice } from '../../spec/types.js';
import { EdgeVmError } from '../../spec/errors.js';
import type { CreateStep } from './state.js';
import { warn } from './state.js';

/** Renders the objects for the identity that is now known. Pure: no I/O. */
export const render: CreateStep = {
  name: 'render',
  async run(state) {
    const { identity, request } = state;
    if (identity === undefined) throw new EdgeVmError('unexpected', 'the identity was not resolved');
    const { edgeDevice } = state;
    const device: EdgeDevice = { ...edgeDevice, metadata: { ...edgeDevice.metadata, namespace: state.namespace } };
    state.rendered = renderDevice(device, { ...request.secrets, identity });
    for (const message of state.rendered.warnings) warn(state, message);
  },
};

/**
 * Whether the device's disks are DataVolumes. A template file of the person's own may bring another root disk; it is
 * only read by `render`, so CDI is not asked for in that case and a missing one shows at apply.
 */
export function usesDataVolumes(device: EdgeDevice): boolean {
  return device.spec.vm.templateFile === undefined;
}
