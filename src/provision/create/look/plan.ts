import type { KubeObject } from '../../../cluster/types.js';
import { edgeDeviceOwnerOf } from '../../../cluster/owned.js';
import type { KubeManifest } from '../../../render/types.js';
import { withoutNote } from '../../../readiness/first-boot.js';
import type { Change } from '../../../readiness/types.js';
import { LABEL_INSTANCE } from '../../../spec/labels.js';
import { isSubset } from '../../../support/plain.js';
import { fieldChanges } from '../../common/field-changes.js';
import { removedFields } from '../../common/removed-fields.js';
import { manifestsOf } from '../manifests.js';
import type { PreparedDevice } from '../prepared.js';
import { secretDetail } from '../user-data.js';

type Planned = Pick<PreparedDevice, 'request' | 'subject' | 'rendered' | 'live' | 'makesNamespace' | 'firstBoot' | 'kept'>;

/** The changes that applying will make, by comparing with the existing objects. It sends no request. */
export function plan(planned: Planned): Change[] {
  const { subject: { name, namespace }, live, makesNamespace } = planned;
  const { secret, vm, service } = manifestsOf(planned);
  return [
    ...(makesNamespace ? [{ kind: 'Namespace', name: namespace, outcome: 'created' } as const] : []),
    compareSecret(planned, secret),
    compare(vm, live.vm),
    ...(service === undefined ? [] : [compare(service, live.service)]),
    ...(serviceToDrop(planned) === undefined ? [] : [{ kind: 'Service', name, outcome: 'deleted' } as const]),
  ];
}

/** The Service of a device that is no longer a gateway. */
export function serviceToDrop({ rendered, live: { service } }: Pick<PreparedDevice, 'rendered' | 'live'>): KubeObject | undefined {
  return rendered.service === undefined && (service?.metadata.labels?.[LABEL_INSTANCE] === rendered.name || edgeDeviceOwnerOf(service) !== undefined) ? service : undefined;
}

function compareSecret(planned: Planned, { kind, metadata: { name } }: KubeManifest): Change {
  if (planned.live.secret === undefined) return { kind, name, outcome: 'created' };
  const detail = secretDetail(planned);
  return { kind, name, outcome: detail.detail === undefined ? 'unchanged' : 'changed', ...detail };
}

function compare(wanted: KubeManifest, live: KubeObject | undefined): Change {
  const change = { kind: wanted.kind, name: wanted.metadata.name };
  if (live === undefined) return { ...change, outcome: 'created' };
  const removed = removedFields(live, wanted);
  if (isSubset(withoutNote(wanted), live) && removed.length === 0) return { ...change, outcome: 'unchanged' };
  return { ...change, outcome: 'changed', fields: [...fieldChanges(live, wanted, true), ...removed] };
}
