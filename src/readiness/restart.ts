import { isOutdated } from '../cluster/instance.js';
import type { KubeObject } from '../cluster/types.js';
import { words } from './reading.js';
import { conditionOf, runStrategyOf } from '../cluster/virtual-machine.js';

/** KubeVirt says that the instance differs from its VirtualMachine. */
export function isRestartRequired(vm: KubeObject | undefined): boolean {
  return conditionOf(vm, 'RestartRequired')?.status === 'True';
}

/** The warning if KubeVirt says that the running machine differs from its VirtualMachine; else `undefined`. */
export function restartRequired(vm: KubeObject | undefined): string | undefined {
  const condition = conditionOf(vm, 'RestartRequired');
  if (vm === undefined || condition?.status !== 'True') return undefined;
  const why = words(condition.message);
  return `${vm.metadata.name} must be restarted before its changes take effect${why === '' ? '' : ` (${why})`}`;
}

/**
 * The instance runs with older settings than its VirtualMachine has: KubeVirt says so, or made it from an older generation. A stop and a
 * deletion raise the generation too, and change no settings: the instance is about to end.
 */
export function hasOldSettings(vmi: KubeObject, vm: KubeObject): boolean {
  const isEnding = [vmi, vm].some(({ metadata }) => metadata.deletionTimestamp !== undefined) || runStrategyOf(vm) === 'Halted';
  return !isEnding && (isRestartRequired(vm) || isOutdated(vmi, vm));
}
