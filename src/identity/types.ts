import type { SecretValue } from './secret.js';

/** A device that authenticates with a symmetric key. */
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

/** A device that authenticates with a certificate. edge-vm does not support it yet. */
export interface X509Identity {
  kind: 'x509';
  hubHostname: string;
  deviceId: string;
  gatewayHostname?: string;
}

/** Who a device is in the hub. */
export type DeviceIdentity = SymmetricKeyIdentity | X509Identity;

/** Secrets and file texts that `render` needs beside the spec; the caller has loaded them. */
export interface RenderInputs {
  identity: DeviceIdentity;
  registryPassword?: SecretValue;
  edgeCaKey?: SecretValue;
}
