import type { SecretValue } from '../../identity/secret.js';

/** A file that the guest installs after `aziot-edge` and its users, e.g. the edge CA's key. */
export interface GuestFile {
  /** Absolute path in the guest, of letters, digits and `._/@+-`. */
  path: string;
  /** `user:group`; the packages make `aziotks` (keys), `aziotcs` (certificates) and `aziotid`. */
  owner: string;
  /** Octal, e.g. `0600`. */
  mode: string;
  content: string | SecretValue;
}

/** Inputs of user-data beside the spec. */
export interface UserDataParts {
  /** `/etc/aziot/config.toml`. */
  configToml: SecretValue;
  /** Installed in this order, after config.toml. */
  files?: readonly GuestFile[];
}

/** A cloud-config document. */
export type CloudConfig = Record<string, unknown>;

/** One entry of cloud-init's `write_files`. */
export interface WriteFile {
  path: string;
  owner: string;
  /** Octal in quotes: without quotes, YAML reads a number. */
  permissions: string;
  encoding: 'b64';
  content: string;
}
