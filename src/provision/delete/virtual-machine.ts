import { Pod, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { EdgeVmError } from '../../spec/errors.js';
import { firstBootOf, type FirstBoot } from '../common/first-boot.js';
import { ref } from '../common/ref.js';
import { waitUntilGone } from '../common/wait-gone.js';
import { detachDisks, holdVm, releaseVm } from './keep-disk.js';
import type { DeleteState } from './state.js';

/**
 * Deletes the VM and waits until instance and launcher pod are gone too: only then is the disk free and the device
 * silent. In the foreground, so that the disks it owns go with it; with `--keep-disk` they are cut loose first.
 */
export async function deleteVirtualMachine(state: DeleteState): Promise<void> {
  const { found, request, context } = state;
  const { vm } = found;
  if (vm === undefined) return;
  const target = ref(VirtualMachine, request.name, request.namespace);
  const keep = request.keepDisk && found.disks.length > 0;
  // The instance tells which first boot its disk had, and is soon gone.
  const setUpWith = keep ? firstBootOf(vm, await context.cluster.get(ref(VirtualMachineInstance, request.name, request.namespace), { signal: state.deadline.signal })) : undefined;
  if (keep) await holdVm(state, vm);
  else await releaseVm(state);
  const uid = vm.metadata.uid === undefined ? {} : { uid: vm.metadata.uid };
  await context.cluster.delete(target, { propagation: keep ? 'Background' : 'Foreground', ...uid, signal: state.deadline.signal });
  state.changes.push({ kind: 'VirtualMachine', name: request.name, outcome: 'deleted' });
  if (keep) await keepDisks(state, setUpWith);
  if (mustWait(state)) await waitForVm(state);
}

/** The hub's device may only go once its VM is silent, and a held VM must be let go. */
function mustWait({ request }: DeleteState): boolean {
  return request.wait || request.deregister;
}

async function keepDisks(state: DeleteState, setUpWith: FirstBoot | undefined): Promise<void> {
  await detachDisks(state, setUpWith);
  await releaseVm(state);
}

async function waitForVm(state: DeleteState): Promise<void> {
  const { context, request, deadline } = state;
  const { name, namespace } = request;
  const { clock, onEvent, cluster } = context;
  onEvent({ type: 'step', step: `wait for the VM ${name} to shut down`, state: 'start', at: clock.now() });
  // One after the other would do as well; at once, a time-out can tell what is still there.
  const gone = await Promise.all([
    waitUntilGone(cluster, VirtualMachine, { namespace, name }, deadline.signal),
    waitUntilGone(cluster, VirtualMachineInstance, { namespace, name }, deadline.signal),
    waitUntilGone(cluster, Pod, { namespace, labelSelector: `kubevirt.io=virt-launcher,vm.kubevirt.io/name=${name}` }, deadline.signal).catch(goneIfForbidden),
  ]);
  const left = ['VirtualMachine', 'VirtualMachineInstance', 'launcher pod'].filter((_, i) => gone[i] === false);
  if (left.length === 0) return;
  throw new EdgeVmError(deadline.expired ? 'timed-out' : 'interrupted', `${name} is still being deleted: ${left.join(', ')}`, {
    hint: 'The guest may take its time to shut down; the same command goes on waiting.',
  });
}

/** Who may not watch pods has the instance to go by. */
function goneIfForbidden(error: unknown): true {
  if (EdgeVmError.is(error) && error.code === 'forbidden') return true;
  throw error;
}
