import { EdgeDevice } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import type { PreparedDevice } from '../provision/index.js';
import type { IdentityRequest } from '../provision/types.js';
import { at, record, textAt } from '../support/plain.js';
import type { EdgeDeviceStatus, Registration } from './types.js';

/** The status that the resource has; the operator wrote it. */
export function statusIn(resource: KubeObject): EdgeDeviceStatus {
  return record(resource.status) ?? {};
}

export function registrationIn(resource: KubeObject): Registration | undefined {
  const found = at(resource.status, 'registration');
  return textAt(found, 'state') === undefined ? undefined : (found as Registration);
}

/**
 * Where the identity of this run comes from. A device that is registered has its key in its own Secret: a thousand devices then
 * need no request of the hub when the operator starts, and a change of a spec works while the hub is away. Only tags and the
 * parent are for the hub.
 */
export function identityFor(resource: KubeObject, wanted: IdentityRequest, isAbsent: boolean): { identity: IdentityRequest; isKnown: boolean } {
  const { observedGeneration, conditions = [] } = statusIn(resource);
  const isKnown = observedGeneration === resource.metadata.generation && conditions.some(({ type, status }) => type === 'Accepted' && status === 'True');
  const registration = registrationIn(resource);
  const isForHub = wanted.kind === 'register' && (wanted.tags !== undefined || textAt(resource.spec, 'edge', 'parentDeviceId') !== undefined);
  const hasKey = wanted.kind === 'register' && registration !== undefined && registration.state !== 'Registering' && !isAbsent && (isKnown || !isForHub);
  return { isKnown, identity: hasKey ? { kind: 'kept', otherwise: wanted } : wanted };
}

/** Written before the hub is asked to make the device. Conditional: an operator that has just lost its Lease must not go on. */
export async function announce(cluster: Cluster, resource: KubeObject, { subject }: PreparedDevice, signal: AbortSignal): Promise<KubeObject> {
  const { name, namespace, resourceVersion } = resource.metadata;
  const registration: Registration = { state: 'Registering', hub: subject.hubHostname, deviceId: subject.deviceId };
  return cluster.mergePatch(ref(EdgeDevice, name, namespace), { metadata: { resourceVersion }, status: { registration } }, { subresource: 'status', signal });
}

/**
 * The registration after an apply. A device that the hub had already is adopted, unless an operator that was killed had
 * announced it: then that one made it.
 */
export function registered(before: Registration | undefined, { subject, request }: PreparedDevice, isMade: boolean): Registration | undefined {
  const kind = request.identity.kind === 'kept' ? request.identity.otherwise?.kind : request.identity.kind;
  if (kind !== 'register') return undefined;
  const same = before !== undefined && before.deviceId === subject.deviceId && before.hub.toLowerCase() === subject.hubHostname.toLowerCase();
  if (!isMade && same && before.state !== 'Registering') return before;
  return { state: isMade || same ? 'Registered' : 'Adopted', hub: subject.hubHostname, deviceId: subject.deviceId };
}
