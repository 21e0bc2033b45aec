import type { IdentityRequest } from '../../provision/types.js';
import type { DeviceInput } from './device-input.js';

/** The source of the identity, from file and flags. */
export function identityRequest({ device, connectionString }: Pick<DeviceInput, 'device' | 'connectionString'>): IdentityRequest {
  if (connectionString !== undefined) return { kind: 'given', identity: connectionString.identity };
  const { connectionString: source, register } = device.spec.identity;
  if (source !== undefined && 'secretRef' in source) return { kind: 'secret', ...source.secretRef };
  return {
    kind: 'register',
    deviceId: register?.deviceId ?? device.spec.deviceId ?? device.metadata.name,
    ...(register?.tags === undefined ? {} : { tags: register.tags }),
  };
}
