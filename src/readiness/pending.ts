import type { KubeObject } from '../cluster/types.js';
import { generationOf, isSetUpWithOther } from './failures/old-settings.js';
import { isRestartRequired } from './restart.js';
import type { Pending } from './types.js';

/** Settings that were applied and are not in effect yet: the guest needs a first boot for them, or the machine a restart. */
export function pendingOf(vm: KubeObject | undefined): { pending?: Pending } {
  const about = vm === undefined ? {} : { vm };
  if (isSetUpWithOther(about)) return { pending: { effect: 'first-boot', generation: generationOf(about) + 1 } };
  return isRestartRequired(vm) ? { pending: { effect: 'restart' } } : {};
}
