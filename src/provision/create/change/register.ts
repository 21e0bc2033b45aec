import { removedTags } from '../../kept/removed-tags.js';
import { identityOf } from '../look/hub-device.js';
import type { PreparedDevice, PreparedIdentity } from '../prepared.js';
import type { Done, Run } from '../run.js';

export interface Registered {
  identity: PreparedIdentity;
  /** True if this run made the hub device. */
  made: boolean;
}

/**
 * Creates the device edge-enabled in the hub, or adopts an existing one, and sets its parent in the hub. Refuses a device
 * that cannot be an edge device.
 */
export async function register({ context: { hub }, deadline: { signal } }: Run, { request, subject, identity: found }: PreparedDevice): Promise<Done<Registered>> {
  if (subject.given !== undefined && hub !== undefined && found.parentScope !== undefined) {
    await hub.setParent(subject.deviceId, found.parentScope, { signal });
    return { value: { identity: found, made: false }, detail: 'parent set' };
  }
  if (subject.given !== undefined || hub === undefined) return { value: { identity: found, made: false }, skipped: true };
  const asked = request.identity.kind === 'kept' ? request.identity.otherwise : request.identity;
  const tags = asked?.kind === 'register' ? asked.tags : undefined;
  const removed = removedTags(subject.secret, { hub: subject.hubHostname, id: subject.deviceId }, tags);
  const { parentScope } = found;
  if (!found.toRegister && tags === undefined && removed.length === 0 && parentScope === undefined) return { value: { identity: found, made: false }, detail: 'adopted' };
  const { device, created } = await hub.ensureDevice(subject.deviceId, { signal, ...(tags === undefined ? {} : { tags }), ...(removed.length === 0 ? {} : { removedTags: removed }), ...(parentScope === undefined ? {} : { parentScope }) });
  const identity = identityOf(device, hub.hostname);
  if (!created && parentScope !== undefined) await hub.setParent(subject.deviceId, parentScope, { signal });
  const evidence = created ? 'registered edge-enabled in the hub' : 'found edge-enabled in the hub';
  return { value: { identity: { identity, toRegister: false, evidence }, made: created }, detail: created ? 'created' : 'adopted' };
}
