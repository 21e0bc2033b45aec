import { EdgeDevice, VirtualMachine } from '../cluster/kinds.js';
import { keyOf } from '../cluster/key.js';
import { edgeDeviceOwnerOf, isOfDevice, sameDevice, type DeviceRef } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import type { KubeObject } from '../cluster/types.js';
import { changedIdentity } from '../provision/create/look/existing.js';
import { applyDevice, createRequest, isInPlace, prepareDevice } from '../provision/index.js';
import type { Change } from '../readiness/types.js';
import type { EdgeDevice as Device } from '../spec/types.js';
import { EdgeVmError } from '../support/errors.js';
import { keptError } from '../support/kept-error.js';
import { textAt } from '../support/plain.js';
import { acceptDevice, type AcceptedDevice } from './accept.js';
import { secretNames } from './changes.js';
import type { Wanted } from './conditions.js';
import { provisionContext, type OperatorContext } from './context.js';
import { tellOfWork } from './deletion-status.js';
import { addFinalizer } from './finalizers.js';
import { fingerprintOf, wantedBy } from './fingerprint.js';
import { isAbsent, type Memory } from './memory.js';
import { isPassing, nextTry, retryAfterMs } from './refusal.js';
import { announce, identityFor, registered, registrationIn, statusIn, type KnownIdentity } from './registration.js';
import { BUSY, tellFirst, turnInWords, type Turn } from './first-status.js';
import { tellingOfDeletion } from './telling-deletion.js';
import type { Registration } from './types.js';

/** A run never waits for others; this is only for a server that does not answer. */
const limitMs = 60_000;

/** How far a device is from what its resource wants. */
export interface Provided {
  /** As it is now: the operator itself may have changed it. */
  resource: KubeObject;
  registration: Registration | undefined;
  /** The spec is in the cluster. */
  isApplied: boolean;
  /** What this run changed. */
  changes: readonly Change[];
  /** The resource wants the same as before: somebody else had changed its objects. */
  isDrift: boolean;
  /** The spec is not looked at yet, and why. */
  waits?: Pick<Wanted, 'reason' | 'message'>;
  /** Why the device is refused, or why it could not be applied. */
  refusal?: unknown;
  /** When to try again, in milliseconds since the epoch. */
  retryAt?: number;
  /** It has nothing yet, and waits for its turn at the hub's registry until `retryAt`. Its status says so already. */
  isQueued?: true;
}

/** Makes the objects of a device as its resource wants them: accept, prepare, announce, apply. It changes nothing if nothing is different. */
export async function provide(context: OperatorContext, found: KubeObject, memory: Memory): Promise<Provided> {
  const { cluster, clock, signal, hubs, random } = context;
  const { name, namespace, uid } = found.metadata;
  const vm = await cluster.get(ref(VirtualMachine, name, namespace), { signal });
  // Somebody may have removed it; without it, the hub device would stay when the resource goes.
  const isMade = registrationIn(found) !== undefined || (vm !== undefined && edgeDeviceOwnerOf(vm)?.uid === uid);
  const resource = isMade ? await addFinalizer(cluster, found, signal) : found;
  const so: Provided = { resource, registration: registrationIn(resource), isApplied: false, changes: [], isDrift: (memory.applied?.wanted ?? wantedBefore(resource)) === wantedBy(resource) };
  // Its end brings the next run.
  if (vm?.metadata.deletionTimestamp !== undefined && isOfDevice(vm)) return { ...so, waits: { reason: 'VmDeleting', message: `VirtualMachine ${name} is being deleted, and the spec is looked at when it is gone` } };
  const absent = isAbsent(memory);
  const before = await fingerprintOf(cluster, resource, signal);
  const fingerprint = `${before}${absent ? ' absent' : ''}`;
  if (memory.applied?.fingerprint === fingerprint) return { ...so, isApplied: true };
  if (memory.failed?.fingerprint === fingerprint && clock.now() < memory.failed.until) return { ...so, ...refusalOf(memory.failed) };
  const run = { ...so };
  let readSecret = false;
  try {
    return await tellingOfDeletion(context, resource, (live) => tellOfWork(context, live), async () => {
      const accepted = await acceptDevice(resource, hubs.names);
      readSecret = secretNames(resource).length > 0;
      const identity = await identityFor(cluster, resource, accepted.identity, { isAbsent: absent, signal });
      const turn = await turnOf(context, resource, identity);
      run.resource = await tellFirst(context, run.resource, vm === undefined ? turn : undefined);
      if (turn !== undefined) return { ...run, retryAt: turn.at, ...(vm === undefined ? { isQueued: true } : { waits: { reason: BUSY, message: `the hub ${turnInWords(turn)}` } }) };
      const wasInPlace = await apply(context, run, memory, accepted, identity);
      memory.failed = undefined;
      if (absent) delete memory.found.device;
      // What somebody changes while this looks is not what was found in place.
      memory.applied = { fingerprint: wasInPlace ? before : await fingerprintOf(cluster, run.resource, signal), at: clock.now(), wanted: wantedBy(run.resource) };
      return { ...run, isApplied: true };
    });
  } catch (error) {
    if (signal.aborted || isPassing(error)) throw error;
    const attempts = memory.failed?.fingerprint === fingerprint ? memory.failed.attempts + 1 : 1;
    const pause = nextTry(error, attempts, random, readSecret);
    if (EdgeVmError.is(error) && error.code === 'hub-throttled') hubs.turns(hubOf(resource))?.pause(retryAfterMs(error));
    memory.failed = { fingerprint, error: keptError(error), attempts, until: pause === undefined ? Number.POSITIVE_INFINITY : clock.now() + pause };
    return { ...run, ...refusalOf(memory.failed) };
  }
}

/** After a restart of the operator, the status shows whether the spec was applied; labels do not count then. */
function wantedBefore(resource: KubeObject): string | undefined {
  const { observedGeneration, conditions = [] } = statusIn(resource);
  const isKnown = observedGeneration === resource.metadata.generation && conditions.some(({ type, status }) => type === 'Applied' && status === 'True');
  return isKnown ? wantedBy(resource) : undefined;
}

function refusalOf({ error, until }: NonNullable<Memory['failed']>): Pick<Provided, 'refusal' | 'retryAt'> {
  return { refusal: error, ...(Number.isFinite(until) ? { retryAt: until } : {}) };
}

/**
 * Two devices with one identity end each other's connection again and again. And an EdgeDevice that is a device in a hub does not become
 * another one: the first one would stay there, with its tags, and nobody would know of it.
 */
function claimIdentity({ identities, recorder }: OperatorContext, resource: KubeObject, spec: Pick<Device, 'spec'>, device: DeviceRef): void {
  const before = registrationIn(resource);
  if (before !== undefined && !sameDevice({ hub: before.hub, id: before.deviceId }, device)) {
    if (before.state !== 'Registering') throw changedIdentity(spec, device, { hub: before.hub, id: before.deviceId });
    recorder.record(resource, { type: 'Warning', reason: 'HubDeviceLeft', message: `device ${before.deviceId} may be in ${before.hub}, because its registration began and did not end; the spec names another device now` });
  }
  const other = identities?.claim(resource, device);
  if (other === undefined) return;
  throw new EdgeVmError('identity-in-use', `device ${device.id ?? ''} of ${device.hub ?? 'the hub'} is already ${other}`, {
    hint: 'Give this device another identity, or delete that one first.', details: { other },
  });
}

/** The hub that its spec names, or that it is registered in. */
function hubOf(resource: KubeObject): string | undefined {
  return textAt(resource.spec, 'hub', 'hostname') ?? registrationIn(resource)?.hub;
}

/** When the device may ask the registry of its hub; `undefined`: now, or it needs no registry. */
async function turnOf({ hubs, clock }: OperatorContext, resource: KubeObject, { identity }: KnownIdentity): Promise<Turn | undefined> {
  const turns = identity.kind === 'register' ? hubs.turns(hubOf(resource)) : undefined;
  if (turns === undefined || identity.kind !== 'register') return undefined;
  const { waitMs, looked } = turns.take(keyOf(resource.metadata), identity.deviceId);
  await looked;
  return waitMs === 0 ? undefined : { at: clock.now() + waitMs, perMinute: turns.perMinute };
}

/** Changes `run` step by step, so that an error leaves what was done. True if everything was in place. */
async function apply(context: OperatorContext, run: Provided, memory: Memory, { device, input }: AcceptedDevice, { identity, isKnown }: KnownIdentity): Promise<boolean> {
  const { cluster, signal } = context;
  const { uid = '', name } = run.resource.metadata;
  const ports = provisionContext(context, hubOf(run.resource));
  const request = createRequest(device, identity, {
    input, wait: false, timeoutMs: limitMs, takeOwnership: true, skipKnownCredential: isKnown,
    owner: { apiVersion: EdgeDevice.apiVersion, kind: EdgeDevice.kind, name, uid },
    claimIdentity: (one) => claimIdentity(context, run.resource, device, one),
    ...(context.trials === undefined ? {} : { trials: context.trials() }),
  });
  const prepared = await prepareDevice(ports, request);
  memory.evidence = prepared.identity.evidence ?? memory.evidence;
  if (isInPlace(prepared)) {
    run.resource = await addFinalizer(cluster, run.resource, signal);
    run.registration = registered(run.registration, prepared, false);
    return true;
  }
  run.resource = await addFinalizer(cluster, run.resource, signal);
  const earlier = run.registration;
  if (prepared.identity.toRegister) {
    run.resource = await announce(cluster, run.resource, prepared, signal);
    run.registration = registrationIn(run.resource);
  }
  const done = await applyDevice(ports, prepared);
  memory.evidence = done.identity.evidence ?? memory.evidence;
  // What this run has announced says nothing about a device that somebody else registered meanwhile.
  run.registration = registered(earlier, prepared, done.registered);
  run.changes = prepared.changes.filter(({ outcome }) => outcome !== 'unchanged');
  return false;
}
