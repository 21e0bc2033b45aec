import { readFileSync } from 'node:fs';
import { siteCertificates } from '../../../helpers/authority.js';
import { SecretValue } from '../../../../src/identity/secret.js';
import type { RenderInputs } from '../../../../src/identity/types.js';
import { assertValid, withDefaults } from '../../../../src/spec/index.js';
import type { EdgeDevice, EdgeDeviceInput } from '../../../../src/spec/index.js';

/** A key that is found wherever it leaks. */
export const CANARY_KEY = Buffer.from('canary-key-0123456789-canary-key').toString('base64');

/** A self-signed CA made for these tests; its key is gone. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjjCCATWgAwIBAgIUIi4YCjX2ePtk7hM8C1j9dRSfJRowCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZWRnZS12bSB0ZXN0IHJvb3QwIBcNMjYxMTIxMTIxNzM5WhgP
MjEyNjEwMjgxMjE3MzlaMBwxGjAYBgNVBAMMEWVkZ2Utdm0gdGVzdCByb290MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9+DypCCKKM682+EWkzy2i9tjkFXRHjwR
60ZY6XdueT6I0+AxaqLb6fu7mAogpCBJF+Ig/CInQAiAWtlGvVSJvqNTMFEwHQYD
VR0OBBYEFF3ecAnMX1ebVAaV9/rk6mOQz7XuMB8GA1UdIwQYMBaAFF3ecAnMX1eb
VAaV9/rk6mOQz7XuMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIg
dJhnLftxy0mfUrrcmu/RP7xdg1WtSqIE88k2IlOWIT0CIAyYdmNcqgPuyDgac/sc
dfLzMmUF0ndmLIumHwQ/HUlD
-----END CERTIFICATE-----
`;

/** An OpenPGP public key, as packages are signed by. */
export const APT_KEY = readFileSync(new URL('../../../../../test/fixtures/openpgp/apt.asc', import.meta.url), 'utf8');

/** An edge CA and its key. */
export const EDGE_CA = { certificate: siteCertificates().edgeCa, key: siteCertificates().edgeCaKey };

/** An OpenSSH public key of the right shape. */
export const SSH_KEY = `ssh-ed25519 ${Buffer.concat([length(11), Buffer.from('ssh-ed25519'), length(32), Buffer.alloc(32, 7)]).toString('base64')} person@host`;

function length(bytes: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(bytes);
  return buffer;
}

type Parts = Partial<Record<'metadata' | 'vm' | 'guest' | 'edge', Record<string, unknown>>> & { gateway?: unknown; firstBootGeneration?: number };

/** A valid device with its defaults; parts are laid over. */
export function exampleDevice({ metadata, vm, guest, edge, ...rest }: Parts = {}): EdgeDevice {
  const input = {
    metadata: { name: 'gw-01', namespace: 'site-a', ...metadata },
    spec: { deviceId: 'gw-01', identity: { connectionString: { file: '-' } }, vm: { ...vm }, guest: { sshKeys: [SSH_KEY], ...guest }, edge: { ...edge }, ...rest },
  };
  const device = withDefaults(input as EdgeDeviceInput);
  assertValid(device);
  return device;
}

/** The secrets of a device; `more` is laid over. */
export function exampleInputs(more: Partial<RenderInputs> = {}): RenderInputs {
  return {
    identity: { kind: 'symmetric-key', hubHostname: 'contoso.azure-devices.net', deviceId: 'gw-01', key: new SecretValue(CANARY_KEY) },
    ...more,
  };
}
