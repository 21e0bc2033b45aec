import { isSubset } from '../../support/plain.js';
import { manifestsOf } from './manifests.js';
import type { PreparedDevice } from './prepared.js';

/**
 * True if applying would change nothing. `changes` does not compare the content of a Secret, and somebody may have edited it:
 * this does.
 */
export function isInPlace(prepared: PreparedDevice): boolean {
  const { changes, identity, live, outdated } = prepared;
  if (identity.toRegister || identity.parentScope !== undefined || outdated.instance !== undefined || outdated.disks.length > 0) return false;
  const { secret, vm } = manifestsOf(prepared);
  // A plan does not count the note of a first boot, but it has to be written before the instance is gone.
  return changes.every(({ outcome }) => outcome === 'unchanged') && isSubset(secret, live.secret) && isSubset(vm.metadata.annotations, live.vm?.metadata.annotations);
}
