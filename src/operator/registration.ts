import { isDeepStrictEqual } from 'node:util';
import { EdgeDevice, Secret } from '../cluster/kinds.js';
import { ownSelector } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import type { PreparedDevice } from '../provision/index.js';
import { removedTags } from '../provision/kept/removed-tags.js';
import type { IdentityRequest } from '../provision/types.js';
import { cloudInitSecretName } from '../render/index.js';
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

/** Where the identity of a run comes from, and whether the spec was accepted before. */
export interface KnownIdentity {
  identity: IdentityRequest;
  isKnown: boolean;
}

/**
 * Where the identity of this run comes from. A device that is registered has its key in its own Secret: a thousand devices then
 * need no request of the hub when the operator starts, and a change of a spec works while the hub is away. Only tags, also those that
 * the spec has no more, and the parent are for the hub.
 */
export async function identityFor(cluster: Cluster, resource: KubeObject, wanted: IdentityRequest, { isAbsent, signal }: { isAbsent: boolean; signal: AbortSignal }): Promise<KnownIdentity> {
  const { observedGeneration, conditions = [] } = statusIn(resource);
  const isKnown = observedGeneration === resource.metadata.generation && conditions.some(({ type, status }) => type === 'Accepted' && status === 'True');
  const registration = registrationIn(resource);
  const isForHub = async (): Promise<boolean> => wanted.kind === 'register'
    && (wanted.tags !== undefined || textAt(resource.spec, 'edge', 'parentDeviceId') !== undefined || removedTags(await secretOf(cluster, resource, signal), { hub: registration?.hub ?? null, id: wanted.deviceId }, undefined).length > 0);
  const hasKey = wanted.kind === 'register' && registration !== undefined && registration.state !== 'Registering' && !isAbsent && (isKnown || !(await isForHub()));
  return { isKnown, identity: hasKey ? { kind: 'kept', otherwise: wanted } : wanted };
}

/** By label, as the operator watches Secrets. */
async function secretOf(cluster: Cluster, { metadata: { name, namespace = '' } }: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  const found = await cluster.list(Secret, { namespace, labelSelector: ownSelector(name), signal });
  return found.find(({ metadata }) => metadata.name === cloudInitSecretName(name));
}

/** Written before the hub is asked to make the device. Conditional: an operator that has just lost its Lease must not go on. */
export async function announce(cluster: Cluster, resource: KubeObject, { subject }: PreparedDevice, signal: AbortSignal): Promise<KubeObject> {
  const { name, namespace, resourceVersion } = resource.metadata;
  const registration: Registration = { state: 'Registering', hub: subject.hubHostname, deviceId: subject.deviceId };
  return cluster.mergePatch(ref(EdgeDevice, name, namespace), { metadata: { resourceVersion }, status: { registration } }, { subresource: 'status', signal });
}

/** Writes how the registration ended, if the status does not say so. */
export async function noteRegistration(cluster: Cluster, resource: KubeObject, registration: Registration | undefined, signal: AbortSignal): Promise<void> {
  if (registration === undefined || isDeepStrictEqual(registration, registrationIn(resource))) return;
  const { name, namespace } = resource.metadata;
  await cluster.mergePatch(ref(EdgeDevice, name, namespace), { status: { registration } }, { subresource: 'status', signal });
}

/**
 * The registration after an apply. A device that the hub had already is adopted, unless an operator that was killed had
 * announced it: then that one made it. A device that was registered and now has its identity from a Secret is still the one that was made.
 */
export function registered(before: Registration | undefined, { subject, request }: PreparedDevice, isMade: boolean): Registration | undefined {
  const kind = request.identity.kind === 'kept' ? request.identity.otherwise?.kind : request.identity.kind;
  const same = before !== undefined && before.deviceId === subject.deviceId && before.hub.toLowerCase() === subject.hubHostname.toLowerCase();
  if (kind !== 'register') return same && before.state !== 'Registering' ? before : undefined;
  if (!isMade && same && before.state !== 'Registering') return before;
  return { state: isMade || same ? 'Registered' : 'Adopted', hub: subject.hubHostname, deviceId: subject.deviceId };
}
