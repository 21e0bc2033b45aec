import type { KubeObject } from '../../cluster/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { EdgeVmError } from '../../support/errors.js';
import { deviceOf, isOurs, ownSelector, sameDevice } from '../../cluster/owned.js';
import { Secret, Service, VirtualMachine } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import { poll } from '../../support/deadline.js';
import type { CreateState, CreateStep } from './state.js';

/** Looks at what is there already, so that nobody else's object and no other device is ever overwritten. */
export const checkExisting: CreateStep = {
  name: 'look for existing objects',
  async run(state) {
    const { cluster } = state.context;
    const { signal } = state.deadline;
    const wantsService = state.request.device.spec.gateway !== undefined;
    const [vm, secret, service, others] = await Promise.all([
      cluster.get(ref(VirtualMachine, state.name, state.namespace), { signal }),
      cluster.get(ref(Secret, cloudInitSecretName(state.name), state.namespace), { signal }).catch(unreadable),
      cluster.get(ref(Service, state.name, state.namespace), { signal }).catch(unreadable),
      cluster.list(VirtualMachine, { namespace: state.namespace, labelSelector: ownSelector(), signal }).catch(unreadable),
    ]);
    if (vm !== undefined) checkVm(state, vm);
    if (secret !== undefined && !isOurs(secret)) throw notOwned(state, 'Secret', cloudInitSecretName(state.name));
    if (wantsService && service !== undefined && !isOurs(service)) throw notOwned(state, 'Service');
    state.liveService = service !== undefined && isOurs(service) ? service : undefined;
    checkOthers(state, others ?? []);
    state.liveVm = vm?.metadata.deletionTimestamp === undefined ? vm : await waitUntilGone(state, vm);
    return { detail: state.liveVm === undefined ? 'none' : `VirtualMachine ${state.name}` };
  },
};

/** Those reads only sharpen a message; whoever may not do them can still create. */
function unreadable(error: unknown): undefined {
  if (EdgeVmError.is(error) && error.code === 'forbidden') return undefined;
  throw error;
}

function checkVm(state: CreateState, vm: KubeObject): void {
  if (!isOurs(vm)) throw notOwned(state, 'VirtualMachine');
  const theirs = deviceOf(vm);
  const ours = { hub: state.device.hubHostname, id: state.device.deviceId };
  if (theirs.id !== null && !sameDevice(theirs, ours)) {
    throw new EdgeVmError('not-owned', `VirtualMachine ${state.namespace}/${state.name} belongs to device ${theirs.id} of ${theirs.hub ?? 'another hub'}`, {
      hint: `Give this device another name, or delete that one first: edge-vm delete ${state.name} -n ${state.namespace}`,
    });
  }
}

function notOwned(state: CreateState, kind: string, name = state.name): EdgeVmError {
  return new EdgeVmError('not-owned', `${kind} ${state.namespace}/${name} exists and was not made by edge-vm`, {
    hint: 'Choose another name or namespace; edge-vm changes only objects that it made.',
  });
}

/** Two VMs with one identity throw each other off the hub again and again. */
function checkOthers(state: CreateState, others: KubeObject[]): void {
  const ours = { hub: state.device.hubHostname, id: state.device.deviceId };
  const twin = others.find((vm) => vm.metadata.name !== state.name && vm.metadata.deletionTimestamp === undefined && sameDevice(deviceOf(vm), ours));
  if (twin === undefined) return;
  throw new EdgeVmError('identity-in-use', `device ${ours.id} is already VirtualMachine ${state.namespace}/${twin.metadata.name}`, {
    hint: `Use that name, or delete it first: edge-vm delete ${twin.metadata.name} -n ${state.namespace}`,
  });
}

async function waitUntilGone(state: CreateState, old: KubeObject): Promise<KubeObject | undefined> {
  const { cluster, clock, onEvent } = state.context;
  onEvent({ type: 'waiting', rung: 'applied', message: `the old VirtualMachine ${state.name} is still being deleted`, at: clock.now() });
  const gone = await poll(clock, state.deadline.signal, 1000, async () => {
    const vm = await cluster.get(ref(VirtualMachine, state.name, state.namespace), { signal: state.deadline.signal });
    return vm?.metadata.uid === old.metadata.uid ? undefined : { vm };
  });
  if (gone !== undefined) return gone.vm;
  throw new EdgeVmError('timed-out', `the old VirtualMachine ${state.name} is still being deleted`, {
    hint: 'Look at its finalizers: kubectl get vm,vmi -o yaml',
  });
}
