import { use } from '../../../support/advice.js';
import { undefinedIfForbidden } from '../../../cluster/absent.js';
import type { KubeObject } from '../../../cluster/types.js';
import { Secret, VirtualMachine } from '../../../cluster/kinds.js';
import { sameDevice } from '../../../cluster/owned.js';
import { ref } from '../../../cluster/ref.js';
import { parseConnectionString, withIdentity } from '../../../identity/index.js';
import type { DeviceIdentity } from '../../../identity/types.js';
import { cloudInitSecretName } from '../../../render/index.js';
import { deviceName, namespaceName } from '../../../spec/names.js';
import { EdgeVmError, InvalidInputError } from '../../../support/errors.js';
import { ownSecret } from '../../kept/get.js';
import { keptIn } from '../../kept/document.js';
import { noSuchDevice } from '../../common/no-such-device.js';
import type { Completed, IdentityRequest } from '../../types.js';
import type { Subject } from '../prepared.js';
import { checkOwner, type Done, type Run } from '../run.js';
import { readNamed, renderedSecrets, textOfKey } from './secret.js';
import { findSecrets } from './secrets.js';

const usualKeys = ['connection-string', 'connectionString', 'connectionstring'];
const field = 'spec.identity.connectionString';

/** Finds out which device it is (from the given identity, a Secret, or the name to register), and reads its kept device. */
export async function identify(run: Run): Promise<Done<Subject>> {
  const { request, report } = run;
  const before = request.identity.kind === 'kept' && !request.namespacePerDevice ? await readOwn(run, report.name, report.namespace) : undefined;
  const given = await readIdentity(run, request.identity, before);
  const { hubHostname, deviceId } = given ?? toRegister(run);
  report.device = { hub: hubHostname, id: deviceId };
  const facts = given ?? { hubHostname, deviceId };
  const name = request.device.metadata.name ?? deviceName(deviceId);
  const namespace = request.namespacePerDevice ? namespaceName(hubHostname, deviceId) : report.namespace;
  Object.assign(report, { name, namespace });
  const secret = before ?? (await readOwn(run, name, namespace));
  const kept = keptIn(ownSecret(secret));
  const { device, input, secrets } = await complete(run, kept, given);
  // Refuses a spec that names another hub or device: the objects would get wrong labels.
  const named = withIdentity(device, facts);
  const placed = { ...named, metadata: { ...named.metadata, name, namespace } };
  const all = await findSecrets(run, placed, secrets, secret);
  return { value: { name, namespace, hubHostname, deviceId, device: placed, input, secrets: all, given, secret, kept }, detail: `${deviceId} of ${hubHostname}` };
}

/** The device's cloud-init Secret, of any owner. If the right to read it is missing, the preflight says so. */
async function readOwn(run: Run, name: string, namespace: string): Promise<KubeObject | undefined> {
  const { context, deadline } = run;
  const secret = await context.cluster.get(ref(Secret, cloudInitSecretName(name), namespace), { signal: deadline.signal }).catch(undefinedIfForbidden);
  checkOwner(run, [secret]);
  return secret;
}

async function complete({ request, report }: Run, kept: Subject['kept'], given?: DeviceIdentity): Promise<Completed> {
  // If an older edge-vm made the device, it kept no EdgeDevice, but the identity is known.
  const own = request.identity.kind !== 'kept' || given === undefined ? undefined : { spec: { identity: { connectionString: { secretRef: { name: cloudInitSecretName(report.name) } } } } };
  if (request.complete !== undefined) return request.complete(kept ?? own);
  return { device: request.device, input: request.input ?? request.device, secrets: request.secrets };
}

async function readIdentity(run: Run, identity: IdentityRequest, own: KubeObject | undefined): Promise<DeviceIdentity | undefined> {
  if (identity.kind === 'given') return identity.identity;
  if (identity.kind === 'register') return undefined;
  if (identity.kind === 'secret') {
    const secret = await readNamed(run, identity.name);
    // The device's own Secret has the rendered identity.
    const rendered = identity.key === undefined ? identityIn(secret) : undefined;
    return rendered ?? parsed(identity.name, textOfKey(secret, identity, field, usualKeys).reveal());
  }
  const kept = identityIn(own);
  const { otherwise } = identity;
  if (kept === undefined) return otherwise === undefined ? missing(run) : readIdentity(run, otherwise, own);
  // A variable of the whole shell counts if it is for this device; it may have a newer key.
  return otherwise?.kind === 'given' && sameDevice(refOf(otherwise.identity), refOf(kept)) ? otherwise.identity : kept;
}

/** The problems of a string name a part of it; a person needs to know which Secret holds the string, and what names that. */
function parsed(name: string, text: string): DeviceIdentity {
  try {
    return parseConnectionString(text);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.problems.map((problem) => ({ ...problem, field: `${field} (Secret ${name}, ${problem.field})` })), error.hint === undefined ? {} : { hint: error.hint });
  }
}

/** If the spec named a parent, the spec decides whether it stays. */
function identityIn(secret: KubeObject | undefined): DeviceIdentity | undefined {
  const rendered = renderedSecrets(secret);
  if (rendered?.identity === undefined) return undefined;
  const { identity, parentHostname } = rendered;
  const ofString = parentHostname !== undefined && keptIn(secret)?.spec?.edge?.parentHostname === undefined;
  return ofString ? { ...identity, gatewayHostname: parentHostname } : identity;
}

const refOf = ({ hubHostname, deviceId }: DeviceIdentity): { hub: string; id: string } => ({ hub: hubHostname, id: deviceId });

async function missing(run: Run): Promise<never> {
  const { request, report } = run;
  if (request.mustExist === true) throw (await isThere(run)) ? await noSecret(run) : await noSuchDevice(run.context, report);
  // Reports all problems, also that of the identity.
  await complete(run, undefined);
  throw new EdgeVmError('usage', `namespace ${report.namespace} has no device ${report.name} with an identity to use`);
}

async function isThere(run: Run): Promise<boolean> {
  const { context, deadline, report: { name, namespace } } = run;
  const vm = await context.cluster.get(ref(VirtualMachine, name, namespace), { signal: deadline.signal });
  checkOwner(run, [vm]);
  return vm !== undefined;
}

/** If the right to read the Secret is missing, nobody knows whether it is gone. */
async function noSecret({ context, deadline, report: { name, namespace } }: Run): Promise<EdgeVmError> {
  await context.cluster.get(ref(Secret, cloudInitSecretName(name), namespace), { signal: deadline.signal });
  return new EdgeVmError('secret-missing', `the Secret of device ${name} in namespace ${namespace} is gone or holds no identity`, {
    hint: 'Create it again with its identity: give a connection string, or register it', advice: use('register'),
  });
}

function toRegister({ context: { hub }, request }: Run): { hubHostname: string; deviceId: string } {
  const identity = request.identity.kind === 'kept' ? request.identity.otherwise : request.identity;
  if (hub === undefined || identity?.kind !== 'register') {
    throw new EdgeVmError('usage', 'registering a device needs a hub credential', {
      hint: 'Give the hub’s service credential, or its name to sign in with Entra ID', advice: use('hub'),
    });
  }
  return { hubHostname: hub.hostname, deviceId: identity.deviceId };
}
