/**
 * What a person can do about an error with edge-vm itself, as data. A caller of the library reads it as it is; the
 * command line turns it into a command or a flag (`src/cli/output/advice.ts`), and is the only place that knows those.
 */
export type Advice =
  /** Carry out one of the use cases on a device. */
  | { do: 'create' | 'delete' | 'start' | 'restart'; name: string; namespace?: string }
  /** Have the guest set up anew with what is applied: this generation, and a restart. */
  | { do: 'renew'; name: string; namespace?: string; generation: number }
  | { do: 'wait'; name: string; namespace?: string; waitFor: string }
  /** See which devices there are. */
  | { do: 'list' }
  /** Give a field of the device another value: `spec.vm.disk.size`. */
  | { do: 'set'; field: string }
  /** Ask for something else in the request, or connect otherwise. */
  | { do: 'use'; option: RequestOption };

/** What a request or a connection can be told, by the name of its field. */
export type RequestOption =
  // of create and delete
  | 'register' | 'takeOwnership' | 'namespacePerDevice' | 'namespace' | 'restart' | 'keepDisk' | 'deregister' | 'deleteNamespace' | 'ignoreNotFound' | 'timeoutMs' | 'skipCredentialCheck'
  // of the cluster's connection
  | 'context' | 'kubeconfig'
  // of the hub's connection
  | 'hub' | 'hubEndpoint' | 'hubCa'
  // of whoever looks for a mistake of edge-vm's own
  | 'debug';

/** Advice to give these fields of the device other values. */
export function set(...fields: string[]): Advice[] {
  return fields.map((field) => ({ do: 'set', field }));
}

/** Advice to ask or to connect otherwise. */
export function use(...options: RequestOption[]): Advice[] {
  return options.map((option) => ({ do: 'use', option }));
}
