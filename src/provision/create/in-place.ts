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
  return changes.every(({ outcome }) => outcome === 'unchanged') && isSubset(manifestsOf(prepared).secret, live.secret);
}
