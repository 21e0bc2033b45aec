import type { KubeObject } from '../../../cluster/types.js';
import { Secret } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import { parseConnectionString, withIdentity } from '../../../identity/index.js';
import { SecretValue } from '../../../identity/secret.js';
import type { DeviceIdentity } from '../../../identity/types.js';
import { namespaceName } from '../../../spec/names.js';
import { EdgeVmError, InvalidInputError } from '../../../support/errors.js';
import { at } from '../../../support/plain.js';
import type { Subject } from '../prepared.js';
import type { Done, Run } from '../run.js';

const usualKeys = ['connection-string', 'connectionString', 'connectionstring'];

/** Finds out which device it is: from the given identity, a Secret, or the name to register. */
export async function identify(run: Run): Promise<Done<Subject>> {
  const { request, report } = run;
  const given = await readIdentity(run);
  const { hubHostname, deviceId } = given ?? toRegister(run);
  report.device = { hub: hubHostname, id: deviceId };
  // Refuses a spec that names another hub or device: it would label the objects wrongly.
  const named = withIdentity(request.device, given ?? { hubHostname, deviceId });
  const { name } = named.metadata;
  const namespace = request.namespacePerDevice ? namespaceName(hubHostname, deviceId) : report.namespace;
  Object.assign(report, { name, namespace });
  const device = { ...named, metadata: { ...named.metadata, namespace } };
  return { value: { name, namespace, hubHostname, deviceId, device, given }, detail: `${deviceId} of ${hubHostname}` };
}

async function readIdentity(run: Run): Promise<DeviceIdentity | undefined> {
  const { identity } = run.request;
  if (identity.kind === 'given') return identity.identity;
  if (identity.kind === 'secret') return parseConnectionString((await readSecret(run, identity.name, identity.key)).reveal());
  return undefined;
}

function toRegister({ context: { hub }, request: { identity } }: Run): { hubHostname: string; deviceId: string } {
  if (hub === undefined || identity.kind !== 'register') {
    throw new EdgeVmError('usage', 'registering a device needs a hub credential', {
      hint: 'Set EDGE_VM_HUB_CONNECTION_STRING, or give --hub NAME to sign in with Entra ID.',
    });
  }
  return { hubHostname: hub.hostname, deviceId: identity.deviceId };
}

async function readSecret({ context, deadline, report: { namespace } }: Run, name: string, key: string | undefined): Promise<SecretValue> {
  const secret = await context.cluster.get(ref(Secret, name, namespace), { signal: deadline.signal });
  if (secret === undefined) {
    throw new EdgeVmError('not-found', `Secret ${namespace}/${name} does not exist`, {
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
