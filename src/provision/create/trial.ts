import type { DeviceIdentity } from '../../identity/types.js';
import { SecretValue } from '../../identity/secret.js';
import type { RenderedDevice } from '../../render/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { renderFor } from './render.js';
import type { CreateState, CreateStep } from './state.js';

/**
 * What rendering, the API server or a webhook refuses is found out while the hub knows nothing of the device yet and no
 * Secret was made. Only before a first create: later there is nothing that a refusal could leave behind.
 */
export const tryManifests: CreateStep = {
  name: 'try the manifests',
  async run(state) {
    const rendered = renderFor(state, state.identity ?? standIn(state));
    const { dryRun, namespacePerDevice } = state.request;
    // A dry run of the whole comes later, and a namespace that is still to be made holds nothing.
    if (dryRun !== 'none' || namespacePerDevice || state.liveVm !== undefined) return { skipped: true };
    await tryVm(state, rendered);
    return undefined;
  },
};

/** The key is in the Secret only, which is not sent here. */
function standIn({ device }: CreateState): DeviceIdentity {
  return { kind: 'symmetric-key', hubHostname: device.hubHostname, deviceId: device.deviceId, key: new SecretValue(Buffer.alloc(32).toString('base64')) };
}

async function tryVm(state: CreateState, rendered: RenderedDevice): Promise<void> {
  const { cluster } = state.context;
  try {
    await cluster.apply(rendered.virtualMachine, { signal: state.deadline.signal, dryRun: true, force: state.request.takeOwnership });
  } catch (error) {
    if (!EdgeVmError.is(error) || error.details['kind'] !== 'namespaces') throw error;
    throw new EdgeVmError('not-found', `namespace ${state.namespace} does not exist`, {
      cause: error,
      hint: `Make it: kubectl create namespace ${state.namespace}, or let --namespace-per-device make one.`,
    });
  }
}
