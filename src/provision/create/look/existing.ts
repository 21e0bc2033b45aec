import type { KubeObject } from '../../../cluster/types.js';
import { cloudInitSecretName } from '../../../render/index.js';
import { EdgeVmError, InvalidInputError } from '../../../support/errors.js';
import { deviceOf, edgeDeviceOwnerOf, isOfDevice, sameDevice, type DeviceRef } from '../../../cluster/owned.js';
import { Service, VirtualMachine } from '../../../cluster/kinds.js';
import { undefinedIfForbidden } from '../../../cluster/absent.js';
import { ref } from '../../../cluster/ref.js';
import { poll } from '../../../support/deadline.js';
import { edgeDeviceNamed, keptBy } from '../../common/edge-device.js';
import { noSuchDevice } from '../../common/no-such-device.js';
import { othersOf } from '../../common/same-identity.js';
import type { EdgeDevice } from '../../../spec/types.js';
import type { DeviceOwner } from '../../types.js';
import type { LiveObjects, Subject } from '../prepared.js';
import { renderedSecrets } from './secret.js';
import { checkOwner, type Done, type Run } from '../run.js';

/** Looks for existing objects, so that edge-vm never overwrites another device or another owner's object. */
export async function lookForObjects(run: Run, subject: Subject): Promise<Done<LiveObjects>> {
  const { cluster } = run.context;
  const { signal } = run.deadline;
  const { name, namespace } = subject;
  const { secret } = subject;
  const [vm, service, others] = await Promise.all([
    cluster.get(ref(VirtualMachine, name, namespace), { signal }),
    // These only make a message more exact; `create` also works without the right to read them.
    cluster.get(ref(Service, name, namespace), { signal }).catch(undefinedIfForbidden),
    // The operator knows the identities of all that it watches.
    othersOf(cluster, subject, refOf(subject), { everywhere: run.request.owner === undefined && run.request.compareOnly !== true, signal }),
  ]);
  if (vm === undefined && run.request.mustExist === true) throw await noSuchDevice(run.context, subject);
  if (vm !== undefined) checkVm(subject, vm, run.request.owner);
  if (secret !== undefined && !isOfDevice(secret)) throw notOwned(subject, 'Secret', cloudInitSecretName(name));
  if (subject.device.spec.gateway !== undefined && service !== undefined && !isOfDevice(service)) throw notOwned(subject, 'Service');
  checkOwner(run, [vm, service]);
  if (vm === undefined) await checkEdgeDevice(run, subject);
  checkOthers(subject, others);
  run.request.claimIdentity?.(refOf(subject));
  const live = vm?.metadata.deletionTimestamp === undefined ? vm : await waitUntilGone(run, subject, vm);
  return {
    value: Object.freeze({ vm: live, secret, service: service !== undefined && isOfDevice(service) ? service : undefined }),
    detail: live === undefined ? 'none' : `VirtualMachine ${name}`,
  };
}

/** The operator will soon make the VM of an EdgeDevice of that name. */
async function checkEdgeDevice({ context, request, deadline: { signal } }: Run, subject: Subject): Promise<void> {
  if (request.owner !== undefined || request.compareOnly === true) return;
  const found = await edgeDeviceNamed({ cluster: context.cluster, signal }, subject);
  if (found !== undefined) throw keptBy(found.metadata.name, subject);
}

/** True if the EdgeDevice for which this runs controls VM and Secret, and the Secret has this identity. */
function isKeptByOwner({ secret, hubHostname, deviceId }: Subject, vm: KubeObject, owner: DeviceOwner | undefined): boolean {
  if (owner === undefined || [vm, secret].some((one) => edgeDeviceOwnerOf(one)?.uid !== owner.uid)) return false;
  const identity = renderedSecrets(secret)?.identity;
  return identity !== undefined && sameDevice({ hub: identity.hubHostname, id: identity.deviceId }, { hub: hubHostname, id: deviceId });
}

function checkVm(subject: Subject, vm: KubeObject, owner: DeviceOwner | undefined): void {
  const { name, namespace } = subject;
  if (!isOfDevice(vm)) throw notOwned(subject, 'VirtualMachine');
  const theirs = deviceOf(vm);
  const ours = refOf(subject);
  // A person can change the annotation, but the guest has the identity that is in its Secret.
  const isKnown = isKeptByOwner(subject, vm, owner);
  if (!isKnown && theirs.id !== null && !sameDevice(theirs, ours)) {
    if (owner !== undefined && edgeDeviceOwnerOf(vm)?.uid === owner.uid) throw changedIdentity(subject.device, ours, theirs);
    throw new EdgeVmError('not-owned', `VirtualMachine ${namespace}/${name} belongs to device ${theirs.id} of ${theirs.hub ?? 'another hub'}`, {
      hint: 'Give this device another name, or delete that one first', advice: [{ do: 'delete', name, namespace }],
    });
  }
}

/** The EdgeDevice is a device already, and now names another one: in its spec, or in a Secret. */
export function changedIdentity({ spec }: Pick<EdgeDevice, 'spec'>, now: DeviceRef, was: DeviceRef): InvalidInputError {
  const { connectionString } = spec.identity;
  const isOtherHub = (was.hub ?? '').toLowerCase() !== (now.hub ?? '').toLowerCase();
  const field = connectionString !== undefined ? 'spec.identity.connectionString' : isOtherHub ? 'spec.hub.hostname' : 'spec.deviceId';
  const place = connectionString !== undefined && 'secretRef' in connectionString ? ` in Secret ${connectionString.secretRef.name}` : '';
  return new InvalidInputError([{
    kind: 'invalid', field,
    message: `is now for device ${now.id} of ${now.hub ?? 'another hub'}${place}, and was for device ${was.id} of ${was.hub ?? 'another hub'}. An EdgeDevice cannot become another device: set it back, or delete the EdgeDevice and create it again`,
  }]);
}

function notOwned({ name: own, namespace }: Subject, kind: string, name = own): EdgeVmError {
  return new EdgeVmError('not-owned', `${kind} ${namespace}/${name} exists and was not made by edge-vm`, {
    hint: 'Choose another name or namespace; edge-vm changes only objects that it made.',
  });
}

function refOf({ hubHostname, deviceId }: Subject): DeviceRef {
  return { hub: hubHostname, id: deviceId };
}

/** If two VMs have one identity, each connection to the hub ends that of the other VM, again and again. */
function checkOthers(subject: Subject, [twin]: KubeObject[]): void {
  if (twin === undefined) return;
  const { id } = refOf(subject);
  const { name, namespace = subject.namespace } = twin.metadata;
  const keeper = edgeDeviceOwnerOf(twin)?.name;
  if (keeper !== undefined) throw new EdgeVmError('identity-in-use', `device ${id} is already EdgeDevice ${namespace}/${keeper}`, { hint: 'Give this device another identity, or delete that EdgeDevice first' });
  throw new EdgeVmError('identity-in-use', `device ${id} is already VirtualMachine ${namespace}/${name}`, {
    hint: namespace === subject.namespace ? 'Use that name, or delete it first' : 'Give this device another identity, or delete that one first', advice: [{ do: 'delete', name, namespace }],
  });
}

async function waitUntilGone({ context, deadline }: Run, { name, namespace }: Subject, old: KubeObject): Promise<KubeObject | undefined> {
  const { cluster, clock, onEvent } = context;
  onEvent({ type: 'waiting', stage: 'applied', message: `the old VirtualMachine ${name} is still being deleted`, at: clock.now() });
  const gone = await poll(clock, deadline.signal, 1000, async () => {
    const vm = await cluster.get(ref(VirtualMachine, name, namespace), { signal: deadline.signal });
    return vm?.metadata.uid === old.metadata.uid ? undefined : { vm };
  });
  if (gone !== undefined) return gone.vm;
  throw new EdgeVmError('timed-out', `the old VirtualMachine ${name} is still being deleted`, {
    hint: 'Look at its finalizers: kubectl get vm,vmi -o yaml',
  });
}
