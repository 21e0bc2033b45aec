import { isInPlace } from './in-place.js';
import { ownerOf } from './manifests.js';
import type { AppliedDevice, PreparedDevice } from './prepared.js';

/**
 * The device as applied, if there is nothing to do: all objects are in place, the Secret belongs to the VM, and nothing is to be
 * registered, tagged, started or restarted. `undefined` if applying would send a request that may change something.
 */
export function settled(prepared: PreparedDevice): AppliedDevice | undefined {
  const { request, identity, live, changes, warnings } = prepared;
  const asked = request.identity.kind === 'kept' ? request.identity.otherwise : request.identity;
  const hasTags = asked?.kind === 'register' && asked.tags !== undefined;
  if (live.vm === undefined || request.start || request.restart === true || hasTags || !isInPlace(prepared)) return undefined;
  const owner = ownerOf(live.vm);
  const isOwned = owner !== undefined && (live.secret?.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.uid);
  return isOwned ? Object.freeze({ prepared, identity, vm: live.vm, replaced: [], registered: false, changes, warnings }) : undefined;
}
