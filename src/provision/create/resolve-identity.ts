import type { KubeObject } from '../../cluster/types.js';
import { parseConnectionString, withIdentity } from '../../identity/index.js';
import { SecretValue } from '../../identity/secret.js';
import type { DeviceIdentity } from '../../identity/types.js';
import { EdgeVmError, InvalidInputError } from '../../support/errors.js';
import { namespaceName } from '../../spec/names.js';
import { Secret } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import { at } from '../../support/plain.js';
import type { CreateState, CreateStep } from './state.js';

const usualKeys = ['connection-string', 'connectionString', 'connectionstring'];

/** Finds out which device it is: from the given connection string, a Secret, or the name to register. Changes nothing. */
export const resolveIdentity: CreateStep = {
  name: 'resolve identity',
  async run(state) {
    state.identity = await readIdentity(state);
    state.device = deviceOfRequest(state);
    // Refuses a spec that names another hub or device: it would label the objects wrongly.
    state.edgeDevice = withIdentity(state.request.device, state.identity ?? state.device);
    state.name = state.edgeDevice.metadata.name;
    if (state.request.namespacePerDevice) state.namespace = namespaceName(state.device.hubHostname, state.device.deviceId);
    return { detail: `${state.device.deviceId} of ${state.device.hubHostname}` };
  },
};

async function readIdentity(state: CreateState): Promise<DeviceIdentity | undefined> {
  const { identity } = state.request;
  if (identity.kind === 'connection-string') return parseConnectionString(identity.value.reveal());
  if (identity.kind === 'secret') return parseConnectionString((await readSecret(state, identity.name, identity.key)).reveal());
  return undefined;
}

function deviceOfRequest(state: CreateState): CreateState['device'] {
  const { identity } = state;
  if (identity !== undefined) return { hubHostname: identity.hubHostname, deviceId: identity.deviceId };
  const { hub } = state.context;
  const request = state.request.identity;
  if (hub === undefined || request.kind !== 'register') {
    throw new EdgeVmError('usage', 'registering a device needs a hub credential', {
      hint: 'Set EDGE_VM_HUB_CONNECTION_STRING, or give --hub NAME to sign in with Entra ID.',
    });
  }
  return { hubHostname: hub.hostname, deviceId: request.deviceId };
}

async function readSecret(state: CreateState, name: string, key: string | undefined): Promise<SecretValue> {
  const secret = await state.context.cluster.get(ref(Secret, name, state.namespace), { signal: state.deadline.signal });
  if (secret === undefined) {
    throw new EdgeVmError('not-found', `Secret ${state.namespace}/${name} does not exist`, {
      hint: 'The Secret that holds the connection string must be in the namespace of the kubeconfig or of -n.',
    });
  }
  const wanted = key ?? pickKey(secret);
  const value = wanted === undefined ? undefined : at(secret, 'data', wanted);
  if (typeof value !== 'string') {
    const keys = Object.keys((secret.data as Record<string, unknown> | undefined) ?? {});
    throw new InvalidInputError([{
      field: 'spec.identity.connectionString.secretRef.key',
      message: `Secret ${name} has no ${wanted === undefined ? 'single or well-known key' : `key ${wanted}`}; its keys are: ${keys.join(', ') || 'none'}`,
    }]);
  }
  return new SecretValue(Buffer.from(value, 'base64').toString('utf8').trim());
}

function pickKey(secret: KubeObject): string | undefined {
  const keys = Object.keys((secret.data as Record<string, unknown> | undefined) ?? {});
  return keys.length === 1 ? keys[0] : usualKeys.find((key) => keys.includes(key));
}
