import { InvalidInputError } from '../../support/errors.js';
import type { DeviceIdentity } from '../../identity/types.js';
import type { TomlTable } from './toml.js';

/** `[provisioning]`. Hub, device and key are separate, not a connection string: TOML quotes each of them, and a `;` does no harm. */
export function provisioning(identity: DeviceIdentity): TomlTable {
  if (identity.kind !== 'symmetric-key') {
    throw new InvalidInputError([{ field: 'spec.identity', message: 'must be a symmetric key for now: X.509 devices cannot be rendered yet' }]);
  }
  return {
    source: 'manual',
    iothub_hostname: identity.hubHostname,
    device_id: identity.deviceId,
    authentication: { method: 'sas', device_id_pk: { value: identity.key.reveal() } },
  };
}
