import { createHash } from 'node:crypto';
import type { SecretValue } from '../identity/secret.js';

/**
 * SHA-256 (hex) over user-data and network-data, as in annotation `edge-vm.io/user-data-hash`: tells a Secret whose
 * content changed after the first boot, which a persistent disk does not pick up. Lengths are hashed too, so that
 * text moved from one to the other gives another hash.
 */
export function userDataHash(userData: SecretValue, networkData: string | undefined): string {
  return createHash('sha256').update(JSON.stringify([userData.reveal(), networkData ?? null])).digest('hex');
}
