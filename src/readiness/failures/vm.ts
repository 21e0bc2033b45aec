import type { KubeObject } from '../../cluster/types.js';
import { at, textAt } from '../../support/plain.js';
import { conditionOf, runStrategyOf } from '../../cluster/virtual-machine.js';
import { currentVmi, isRunning, lastEvent, vmiPhase, words } from '../reading.js';
import type { Observations } from '../observations.js';
import { suspect, type FailureRule } from '../verdict.js';

/** The VM is gone, or it is stopped. */
export const vmGone: FailureRule = (o, options) => {
  if (o.vm === undefined) {
    return o.seen.vm ? suspect('vm-deleted', options.controllerGraceMs, 'vm-deleted', `VirtualMachine ${o.namespace}/${o.name} does not exist`, 'Create it again.', [{ do: 'create', name: o.name, namespace: o.namespace }]) : undefined;
  }
  if (o.vm.metadata.deletionTimestamp !== undefined) {
    return suspect('vm-deleting', 0, 'vm-deleted', `VirtualMachine ${o.namespace}/${o.name} is being deleted`, 'Wait until it is gone, then create it again.');
  }
  return undefined;
};

export const vmStopped: FailureRule = (o, options) => {
  if (o.vm === undefined || !o.seen.vmi) return undefined;
  const strategy = runStrategyOf(o.vm);
  const phase = vmiPhase(o);
  const off = phase === undefined || phase === 'Succeeded';
  const stays = strategy === 'Halted' || (strategy === 'Manual' && off) || (strategy === 'Once' && phase === 'Succeeded') || (strategy === 'RerunOnFailure' && phase === 'Succeeded');
  if (!stays) return undefined;
  return suspect('vm-stopped', options.controllerGraceMs, 'vm-stopped', `the VM ${o.name} is stopped (runStrategy ${strategy})`, `Start it`, [{ do: 'start', name: o.name, namespace: o.namespace }]);
};

/** The VM is paused. After an I/O error of a disk, KubeVirt continues by itself, so that must last. */
export const vmPaused: FailureRule = (o, options) => {
  const paused = conditionOf(currentVmi(o), 'Paused');
  if (paused?.status !== 'True' || !isRunning(o)) return undefined;
  if (paused.reason === 'PausedIOError') return suspect('vm-io-error', options.slowGraceMs, 'vm-paused', `KubeVirt has paused the VM ${o.name}: ${words(paused.message) || 'I/O error of a disk'}`, 'KubeVirt cannot write a disk of it: is its storage full? The VM continues when it can.');
  return suspect('vm-paused', options.controllerGraceMs, 'vm-paused', `the VM ${o.name} is paused: ${words(paused.message) || 'no reason given'}`, `Let it continue: virtctl unpause vm ${o.name} -n ${o.namespace}`);
};

/** The instance failed. KubeVirt starts it again with longer and longer pauses, so one failure alone decides nothing. */
export const crashLoop: FailureRule = (o, options) => {
  const failures = failuresOf(o.vm);
  if (failures >= 2 && failures > (o.failuresBefore ?? 0)) {
    return suspect('crash-loop', 0, 'crash-loop', `the VM’s instance failed ${failures} times in a row: ${whyFailed(o)}`, `Look at the launcher pod: kubectl logs -n ${o.namespace} -l kubevirt.io=virt-launcher,vm.kubevirt.io/name=${o.name} -c compute`);
  }
  // No controller starts these again.
  const final = vmiPhase(o) === 'Failed' && ['Once', 'Manual'].includes(runStrategyOf(o.vm) ?? '');
  return final ? suspect('vmi-failed', options.controllerGraceMs, 'crash-loop', `the VM’s instance failed: ${whyFailed(o)}`, 'Look at the events of the VirtualMachineInstance.') : undefined;
};

/** How often the VM's instances failed in a row; KubeVirt sets it back when one runs. */
export function failuresOf(vm: KubeObject | undefined): number {
  const failures = at(vm?.status, 'startFailure', 'consecutiveFailCount');
  return typeof failures === 'number' ? failures : 0;
}

function whyFailed(o: Observations): string {
  const reason = textAt(currentVmi(o)?.status, 'reason');
  const event = lastEvent(o, ['Stopped', 'SyncFailed', 'FailedCreate', 'Failed'], [o.name]);
  return words(textAt(event, 'message') ?? reason) || 'no reason given';
}
