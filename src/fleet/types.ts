import type { SecretIo } from '../identity/load-secret.js';
import type { SecretValue } from '../identity/secret.js';
import type { Completed, IdentityRequest } from '../provision/types.js';
import type { EdgeDeviceInput } from '../spec/types.js';

/** What reading a fleet needs: files, folders, standard input and variables. */
export interface FleetIo extends SecretIo {
  /** The names in a folder; `undefined` if the path is no folder. */
  readFolder(path: string): Promise<string[] | undefined>;
}

/** One device document of the person's files. */
export interface DeviceDocument {
  /** Where it stands, in words: `north.yaml, document 2`, `fleet.csv, row 3 (line 4)`. */
  place: string;
  input: EdgeDeviceInput;
  /** Paths in it are relative to this folder. */
  folder: string;
  /** Of a row: the column that filled a field, by the field's path. */
  columns?: ReadonlyMap<string, string>;
}

/** A device of a fleet: read, complete and checked. */
export interface FleetDevice extends Completed {
  place: string;
  identity: IdentityRequest;
}

/** How the files are read. */
export interface LoadOptions {
  /** The device file that the rows of a CSV file fill. */
  template?: string;
  /** Wins over the namespace in the files. */
  namespace?: string;
  /** Reads no credential: a comparison does not need it. */
  withoutSecrets?: boolean;
  /** Called with each secret that is read, so that no output repeats it. */
  onSecret?: (secret: SecretValue) => void;
}

/** All devices of the files, in their order. */
export interface Fleet {
  devices: FleetDevice[];
  warnings: string[];
}
