import { VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { firstBootOf, type FirstBoot } from '../../readiness/first-boot.js';
import { ref } from '../../cluster/ref.js';
import { detachDisks, disksToKeep, holdVm, releaseVm } from './keep-disk.js';
import { keepSecret } from './keep-secret.js';
import type { DeleteState } from './state.js';
import { waitForVm } from './wait-for-vm.js';

/**
 * Deletes the VM and waits until instance and launcher pod are gone too: only then the disk is free and the device is
 * silent. It deletes in the foreground, so that the VM's disks go too; with `--keep-disk` it removes their owner first.
 */
export async function deleteVirtualMachine(state: DeleteState): Promise<void> {
  if (state.found.vm === undefined) return;
  await endVirtualMachine(state);
  if (mustWait(state)) await waitForVm(state);
}

/** Deletes the VM, and keeps its disks if the request says so, without waiting. It can be repeated while the VM is being deleted. */
export async function endVirtualMachine(state: DeleteState): Promise<void> {
  const { found, request, context } = state;
  const { vm } = found;
  if (vm === undefined) return;
  const target = ref(VirtualMachine, request.name, request.namespace);
  const keep = request.keepDisk && disksToKeep(found).length > 0;
  // Only the instance shows which first boot its disk had, and it is soon gone.
  const setUpWith = keep ? firstBootOf(vm, await context.cluster.get(ref(VirtualMachineInstance, request.name, request.namespace), { signal: state.deadline.signal })) : undefined;
  if (keep) await holdVm(state, vm);
  else await releaseVm(state);
  await keepSecret(state);
  const uid = vm.metadata.uid === undefined ? {} : { uid: vm.metadata.uid };
  await context.cluster.delete(target, { propagation: keep ? 'Background' : 'Foreground', ...uid, signal: state.deadline.signal });
  state.changes.push({ kind: 'VirtualMachine', name: request.name, outcome: 'deleted' });
  if (keep) await keepDisks(state, setUpWith);
}

/** The hub device may be deleted only after its VM is silent; and a VM with our finalizer must lose it. */
function mustWait({ request }: DeleteState): boolean {
  return request.wait || request.deregister;
}

async function keepDisks(state: DeleteState, setUpWith: FirstBoot | undefined): Promise<void> {
  await detachDisks(state, setUpWith);
  await releaseVm(state);
}
