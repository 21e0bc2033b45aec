import { isSubset } from '../../support/plain.js';
import { manifestsOf, ownerOf } from './manifests.js';
import type { AppliedDevice, PreparedDevice } from './prepared.js';

/**
 * The device as applied, if there is nothing to do: all objects are as they should be, with their owners and the Secret's whole
 * content, and nothing is to be registered, started or restarted. `undefined` if applying would send a request that may
 * change something.
 */
export function settled(prepared: PreparedDevice): AppliedDevice | undefined {
  const { request, identity, live, outdated, changes, warnings, makesNamespace } = prepared;
  const asked = request.identity.kind === 'kept' ? request.identity.otherwise : request.identity;
  const hasWork = request.start || request.restart === true || makesNamespace || identity.toRegister || identity.parentScope !== undefined
    || (asked?.kind === 'register' && asked.tags !== undefined) || outdated.disks.length > 0 || outdated.instance !== undefined;
  if (hasWork || live.vm === undefined || live.secret === undefined || changes.some(({ outcome }) => outcome !== 'unchanged')) return undefined;
  const { secret } = manifestsOf(prepared);
  const owner = ownerOf(live.vm);
  const isOwned = owner !== undefined && (live.secret.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.uid);
  if (!isOwned || !isSubset(secret.data, live.secret.data)) return undefined;
  return Object.freeze({ prepared, identity, vm: live.vm, replaced: [], registered: false, changes, warnings });
}
