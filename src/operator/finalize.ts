import { Pod, VirtualMachineInstance } from '../cluster/kinds.js';
import { noneIfUnreadable } from '../cluster/absent.js';
import { causeOf } from '../readiness/cause.js';
import { deviceOf, edgeDeviceOwnerOf, isOurs, sameDevice } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import type { KubeObject } from '../cluster/types.js';
import type { Found } from '../provision/delete/find.js';
import { findObjects, ownedBy } from '../provision/delete/find.js';
import { deleteDisks, deleteRest } from '../provision/delete/rest.js';
import type { DeleteState } from '../provision/delete/state.js';
import { endVirtualMachine } from '../provision/delete/virtual-machine.js';
import { launcherSelector } from '../readiness/sources/cluster.js';
import { FINALIZER_KEEP_DISK } from '../spec/labels.js';
import { startDeadline } from '../support/deadline.js';
import { EdgeVmError } from '../support/errors.js';
import { textAt } from '../support/plain.js';
import { isNews } from './abandon.js';
import { inFull } from './conditions.js';
import { provisionContext, type OperatorContext } from './context.js';
import { tellDeletion } from './deletion-status.js';
import { hasFinalizer, removeFinalizer } from './finalizers.js';
import { removeHubDevice, removing } from './hub-device.js';
import type { Memory } from './memory.js';
import type { Outcome } from './queue.js';
import { isPassing } from './refusal.js';
import { freeDisks } from './retain.js';
import { registrationIn, statusIn } from './registration.js';
import type { StatusCondition } from './types.js';

/** For a server that does not answer; no step waits. */
const limitMs = 60_000;
/** The watches bring news of the objects. This is for news that got lost. */
const lookAgainMs = 60_000;

/**
 * Takes a device apart whose resource is being deleted: VM, disks as `spec.deletionPolicy` says, the hub device if the operator
 * registered it, Secret and Service, then the finalizer. Each run does what is possible now; watches and time bring the next.
 */
export async function finalizeDevice(context: OperatorContext, resource: KubeObject, memory: Memory): Promise<Outcome> {
  if (!hasFinalizer(resource) || memory.isFinalized) return undefined;
  const { cluster, signal } = context;
  // Somebody deletes only the resource (`--cascade=orphan`): the device stays.
  if (resource.metadata.finalizers?.includes('orphan') === true) return release(context, resource);
  const deadline = startDeadline(context.clock, limitMs, signal);
  let current = resource;
  try {
    const { name, namespace = '' } = resource.metadata;
    const ports = provisionContext(context, registrationIn(resource)?.hub);
    const all = await findObjects(ports, { name, namespace }, deadline.signal);
    const found = ownObjects(all, resource);
    if (found.vm === undefined && isReleased(all.vm, resource)) return await release(context, resource);
    const keepDisk = textAt(resource.spec, 'deletionPolicy') === 'Retain';
    const state: DeleteState = {
      context: ports, deadline, found: { ...found, namespace: undefined }, changes: [], warnings: [],
      request: { name, namespace, keepDisk, deregister: false, wait: false, timeoutMs: limitMs, dryRun: 'none' },
    };
    if (found.vm !== undefined && !isEnding(found.vm)) {
      await endVirtualMachine(state);
      context.recorder.record(resource, { type: 'Normal', reason: 'Deleting', message: `VirtualMachine ${name} deleted, its disks ${keepDisk ? 'are kept' : 'go with it'}` });
    }
    const left = await whatIsLeft(context, found.vm, found.vm === undefined ? all.vm : undefined, { name, namespace });
    if (left.length > 0) {
      await tellDeletion(context, resource, `still there: ${left.join(', ')}`);
      return { afterMs: lookAgainMs };
    }
    await deleteDisks(state);
    if (keepDisk) await freeDisks(cluster, resource, deadline.signal, true);
    const removal = await removeHubDevice(context, resource, memory, deadline.signal, async () => {
      if (conditionIn(resource, 'HubDeviceRemoved') !== undefined) return;
      const removal = removing(resource, registrationIn(resource)!);
      current = await tellDeletion(context, resource, removal.message, removal);
    });
    if (removal !== undefined) {
      if (removal.condition.status === 'False' && isNews(conditionIn(resource, 'HubDeviceRemoved'), removal.condition)) context.recorder.record(resource, { type: 'Warning', reason: removal.condition.reason, message: removal.condition.message });
      await tellDeletion(context, current, removal.inShort, removal.condition);
      return { afterMs: removal.afterMs };
    }
    await deleteRest(state);
    await removeFinalizer(cluster, current, signal);
    memory.isFinalized = true;
    return undefined;
  } catch (error) {
    // It went by itself: its namespace is being deleted, or another run was faster.
    if (EdgeVmError.is(error) && error.code === 'not-found') return { afterMs: lookAgainMs };
    if (EdgeVmError.is(error) && !signal.aborted && !isPassing(error)) await tellDeletion(context, current, `this failed, and is tried again: ${inFull(causeOf(error))}`).catch(() => undefined);
    throw error;
  } finally {
    deadline.dispose();
  }
}

/** Only what this resource controls, and disks of its device: objects of that name may belong to somebody else. */
function ownObjects({ vm, secret, service, disks, device: annotated }: Omit<Found, 'namespace'>, resource: KubeObject): Omit<Found, 'namespace'> {
  const { uid } = resource.metadata;
  const registration = registrationIn(resource);
  // A person can change an annotation of an object.
  const device = registration === undefined ? annotated : { hub: registration.hub, id: registration.deviceId };
  const mine = (object: KubeObject | undefined): KubeObject | undefined => (object?.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true ? object : undefined);
  const own = { vm: mine(vm), secret: mine(secret), service: mine(service), device };
  return { ...own, disks: own.vm === undefined && vm !== undefined ? [] : disks.filter((disk) => (own.vm !== undefined && ownedBy(disk, own.vm)) || deviceOf(disk).id === null || sameDevice(deviceOf(disk), device)) };
}

/** Somebody deletes it already. If its disks must stay, it still has to lose them. */
function isEnding({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FINALIZER_KEEP_DISK) !== true;
}

/** The garbage collector has already orphaned the device of this resource, because no operator ran at that time. */
function isReleased(vm: KubeObject | undefined, resource: KubeObject): boolean {
  if (vm === undefined || !isOurs(vm) || edgeDeviceOwnerOf(vm) !== undefined || vm.metadata.deletionTimestamp !== undefined) return false;
  const { registration, device } = statusIn(resource);
  return sameDevice(deviceOf(vm), { hub: registration?.hub ?? device?.hub ?? null, id: registration?.deviceId ?? device?.id ?? null });
}

/** Only the resource goes. */
async function release({ cluster, signal }: OperatorContext, resource: KubeObject): Promise<undefined> {
  await freeDisks(cluster, resource, signal);
  await removeFinalizer(cluster, resource, signal);
}

/**
 * Only without instance and launcher pod the device is silent, and its disk is free.
 *
 * @param stranger a VM of that name that is somebody else's: its instance is no concern of the device.
 */
async function whatIsLeft({ cluster, signal }: OperatorContext, vm: KubeObject | undefined, stranger: KubeObject | undefined, { name, namespace }: { name: string; namespace: string }): Promise<string[]> {
  const [vmi, pods] = await Promise.all([
    cluster.get(ref(VirtualMachineInstance, name, namespace), { signal }),
    cluster.list(Pod, { namespace, labelSelector: launcherSelector(name), signal }).catch(noneIfUnreadable),
  ]);
  const isTheirs = vmi !== undefined && stranger !== undefined && ownedBy(vmi, stranger);
  const instances = vmi === undefined || isTheirs ? [] : [`VirtualMachineInstance ${name}`];
  const launchers = pods.filter((pod) => !(isTheirs && ownedBy(pod, vmi))).map((pod) => `Pod ${pod.metadata.name}`);
  return [...(vm === undefined ? [] : [`VirtualMachine ${name}`]), ...instances, ...launchers];
}

function conditionIn(resource: KubeObject, type: string): StatusCondition | undefined {
  return statusIn(resource).conditions?.find((one) => one.type === type);
}
