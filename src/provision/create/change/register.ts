import { identityOf } from '../look/hub-device.js';
import type { PreparedDevice, PreparedIdentity } from '../prepared.js';
import type { Done, Run } from '../run.js';

/** Creates the device edge-enabled in the hub, or adopts the one that is there; refuses what cannot become an edge device. */
export async function register({ context: { hub }, deadline: { signal } }: Run, { request, subject, identity: found }: PreparedDevice): Promise<Done<PreparedIdentity>> {
  if (subject.given !== undefined || hub === undefined) return { value: found, skipped: true };
  const asked = request.identity.kind === 'kept' ? request.identity.otherwise : request.identity;
  const tags = asked?.kind === 'register' ? asked.tags : undefined;
  if (!found.toRegister && tags === undefined) return { value: found, detail: 'adopted' };
  const { device, created } = await hub.ensureDevice(subject.deviceId, { signal, ...(tags === undefined ? {} : { tags }) });
  const proof = created ? 'registered edge-enabled in the hub' : 'found edge-enabled in the hub';
  return { value: { identity: identityOf(device, hub.hostname), toRegister: false, proof }, detail: created ? 'created' : 'adopted' };
}
