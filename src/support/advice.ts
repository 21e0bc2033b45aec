/**
 * What a person can do about an error with edge-vm itself, as data. A caller of the library reads it as it is. Only
 * the command line knows commands and flags, and turns it into one (`src/cli/output/advice.ts`).
 */
export type Advice =
  /** Run one of the use cases on a device. */
  | { do: 'create' | 'delete' | 'start' | 'restart'; name: string; namespace?: string }
  /** Set the guest up again with the applied settings: this generation, and a restart. */
  | { do: 'renew'; name: string; namespace?: string; generation: number }
  | { do: 'wait'; name: string; namespace?: string; waitFor: string }
  /** Print the kept EdgeDevice. */
  | { do: 'get'; name: string; namespace?: string }
  /** List the devices. */
  | { do: 'list' }
  /** Give a field of the device another value: `spec.vm.disk.size`. */
  | { do: 'set'; field: string }
  /** Change the request or the connection. */
  | { do: 'use'; option: RequestOption };

/** A field of a request or a connection, by its name. */
export type RequestOption =
  // of create and delete
  | 'register' | 'takeOwnership' | 'namespacePerDevice' | 'namespace' | 'restart' | 'keepDisk' | 'deleteDisk' | 'deregister' | 'deleteNamespace' | 'ignoreNotFound' | 'timeoutMs' | 'skipCredentialCheck'
  // of many devices
  | 'template' | 'prune' | 'yes'
  // of the cluster's connection
  | 'context' | 'kubeconfig'
  // of the hub's connection
  | 'hub' | 'hubConnectionString' | 'hubEndpoint' | 'hubCa'
  // for mistakes in edge-vm itself
  | 'debug';

/** Advice to give these fields of the device other values. */
export function set(...fields: string[]): Advice[] {
  return fields.map((field) => ({ do: 'set', field }));
}

/** Advice to change the request or the connection. */
export function use(...options: RequestOption[]): Advice[] {
  return options.map((option) => ({ do: 'use', option }));
}
