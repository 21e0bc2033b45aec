import { sameDevice } from '../../../cluster/owned.js';
import type { CreateRequest } from '../../types.js';
import type { Subject } from '../prepared.js';
import { renderedSecrets } from './secret.js';

/** True if nothing about the key of the identity needs a check: the caller said so, or the device has this key already. */
export function skipsCheck({ skipCredentialCheck, skipKnownCredential }: CreateRequest, { given, secret }: Subject): boolean {
  if (skipCredentialCheck) return true;
  const known = renderedSecrets(secret)?.identity;
  if (skipKnownCredential !== true || given?.kind !== 'symmetric-key' || known?.kind !== 'symmetric-key') return false;
  const [one, other] = [given, known].map(({ hubHostname, deviceId }) => ({ hub: hubHostname, id: deviceId }));
  return sameDevice(one!, other!) && given.key.reveal() === known.key.reveal();
}
