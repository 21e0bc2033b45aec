import type { DeviceIdentity, RenderInputs } from '../identity/types.js';
import type { Stage } from '../readiness/types.js';
import type { EdgeDevice, EdgeDeviceInput } from '../spec/types.js';

/** Where the identity comes from once the CLI read files and environment; a Secret and the hub are read by `create`. */
export type IdentityRequest =
  | { kind: 'given'; identity: DeviceIdentity }
  | { kind: 'secret'; name: string; key?: string }
  | { kind: 'register'; deviceId: string; tags?: Record<string, string> }
  /** The one that the device has, out of its Secret; `otherwise` where there is none, or is the same device's with a newer key. */
  | { kind: 'kept'; otherwise?: IdentityRequest };

/** A device that is ready to be prepared. */
export interface Completed {
  /** Defaults filled, validated. */
  device: EdgeDevice;
  /** As the person gave it, files read: what is kept with the VM. */
  input: EdgeDeviceInput;
  /** Other secrets that render needs, as far as they are not in Secrets of the cluster. */
  secrets: Omit<RenderInputs, 'identity'>;
}

export interface CreateRequest {
  /** The whole truth about the device: defaults filled, validated. With `complete`, only its metadata counts. */
  device: EdgeDevice;
  /** What the person gave of it, kept with the VM; `device` when absent. */
  input?: EdgeDeviceInput;
  /**
   * For who names only what is to change: lays that onto what is kept with the VM, `undefined` where nothing is. Throws
   * InvalidInputError where it makes no good device.
   */
  complete?: (kept: EdgeDeviceInput | undefined) => Promise<Completed>;
  /** Only change a device that is there. */
  mustExist?: boolean;
  identity: IdentityRequest;
  /** Other secrets that render needs, as far as they are not in Secrets of the cluster. */
  secrets: Omit<RenderInputs, 'identity'>;
  dryRun: 'none' | 'client' | 'server';
  /** `false`: apply and return. */
  wait: boolean;
  waitFor: Stage;
  timeoutMs: number;
  skipCredentialCheck: boolean;
  takeOwnership: boolean;
  /** Start a stopped VM. */
  start: boolean;
  /** Restart a VM that runs with settings of before. */
  restart?: boolean;
  namespacePerDevice: boolean;
}

export interface DeleteRequest {
  name: string;
  namespace: string;
  keepDisk: boolean;
  /** Delete the hub's device too; needs `context.hub`. */
  deregister: boolean;
  /** Delete the namespace too, with all that is in it; only one that edge-vm made, and in which no other of its devices lives. */
  deleteNamespace?: boolean;
  /** Nothing of that name is a success, not `not-found`. */
  ignoreNotFound?: boolean;
  wait: boolean;
  timeoutMs: number;
  dryRun: 'none' | 'client' | 'server';
}

export interface WaitRequest {
  name: string;
  namespace: string;
  waitFor: Stage;
  timeoutMs: number;
}
