import type { Observations } from '../observations.js';
import { suspect, type Suspicion } from '../verdict.js';
import { isSetUpWithOther, notedGeneration } from '../first-boot.js';
import { isRestartRequired } from '../restart.js';

/** The subject of a failure: the instance as KubeVirt made it, the guest as its first boot set it up, or neither. */
export type About = 'instance' | 'guest';

/**
 * If the instance or the guest still has old settings, a failure may come from these and not from the last change. The
 * cause then says so, and how to apply the new settings.
 */
export function ofPresentSettings(o: Observations, found: Suspicion, about: About | undefined): Suspicion {
  if (about === undefined || found.cause.code === 'old-settings') return found;
  const { name, namespace } = o;
  const fails = found.cause.message;
  if (about === 'guest' && isSetUpWithOther(o.vm)) {
    const message = `the guest of ${name} still has the settings of its first boot, and fails with them: ${fails}`;
    return suspect(found.key, found.graceMs, 'old-settings', message, 'The guest gets the new settings at a new first boot', [{ do: 'renew', name, namespace, generation: notedGeneration(o.vm) + 1 }]);
  }
  if (!isRestartRequired(o.vm)) return found;
  return suspect(found.key, found.graceMs, 'old-settings', `${name} still runs with old settings, and fails with them: ${fails}`, 'The new settings take effect after a restart', [{ do: 'restart', name, namespace }]);
}
