import { createHash } from 'node:crypto';
import type { SecretValue } from '../identity/secret.js';

/**
 * SHA-256 (hex) over user-data and network-data, as in annotation `edge-vm.io/user-data-hash`: it shows that a
 * Secret changed after the first boot, because a persistent disk does not get that change. The hash includes the
 * lengths, so that it differs if text moves from one to the other.
 */
export function userDataHash(userData: SecretValue, networkData: string | undefined): string {
  return createHash('sha256').update(JSON.stringify([userData.reveal(), networkData ?? null])).digest('hex');
}
