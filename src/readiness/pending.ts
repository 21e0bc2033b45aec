import type { KubeObject } from '../cluster/types.js';
import { isSetUpWithOther, notedGeneration } from './first-boot.js';
import { hasOldSettings, isRestartRequired } from './restart.js';
import type { Pending } from './types.js';

/** Settings that were applied and are not in effect yet: the guest needs a first boot for them, or the machine a restart. */
export function pendingOf(vm: KubeObject | undefined, vmi?: KubeObject): { pending?: Pending } {
  if (isSetUpWithOther(vm)) return { pending: { effect: 'first-boot', generation: notedGeneration(vm) + 1 } };
  return isRestartRequired(vm) || (vm !== undefined && vmi !== undefined && hasOldSettings(vmi, vm)) ? { pending: { effect: 'restart' } } : {};
}
