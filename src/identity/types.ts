import type { SecretValue } from './secret.js';

/** A device that proves itself by a symmetric key. */
export interface SymmetricKeyIdentity {
  kind: 'symmetric-key';
  /** Hub host name as in the connection string, e.g. `contoso.azure-devices.net`. */
  hubHostname: string;
  deviceId: string;
  /** Base64, padded. */
  key: SecretValue;
  /** From `GatewayHostName=`; becomes `parent_hostname`. */
  gatewayHostname?: string;
}

/** A device that proves itself by a certificate; the files come with a later issue. */
export interface X509Identity {
  kind: 'x509';
  hubHostname: string;
  deviceId: string;
  gatewayHostname?: string;
}

export type DeviceIdentity = SymmetricKeyIdentity | X509Identity;

/** Secrets and file texts that `render` needs beside the spec; loaded by I/O before. */
export interface RenderInputs {
  identity: DeviceIdentity;
  registryPassword?: SecretValue;
  edgeCaKey?: SecretValue;
}
