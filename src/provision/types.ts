import type { DeviceRef } from '../cluster/owned.js';
import type { DeviceIdentity, RenderInputs } from '../identity/types.js';
import type { Stage } from '../readiness/types.js';
import type { EdgeDevice, EdgeDeviceInput } from '../spec/types.js';

/** The source of the identity, after the CLI has read files and environment; `create` reads a Secret and the hub. */
export type IdentityRequest =
  | { kind: 'given'; identity: DeviceIdentity }
  | { kind: 'secret'; name: string; key?: string }
  | { kind: 'register'; deviceId: string; tags?: Record<string, string> }
  /** The device's own identity, from its Secret. `otherwise` counts if there is none, or if it is for the same device with a newer key. */
  | { kind: 'kept'; otherwise?: IdentityRequest };

/** A device, ready for `prepareDevice`. */
export interface Completed {
  /** Defaults filled, validated. */
  device: EdgeDevice;
  /** The person's input, with files read: the device to keep with the VM. */
  input: EdgeDeviceInput;
  /** Other secrets that render needs, except those in Secrets of the cluster. */
  secrets: Omit<RenderInputs, 'identity'>;
}

/** What `createDevice` is to do; `createRequest` fills the defaults in. */
export interface CreateRequest {
  /** The complete device: defaults filled, validated. With `complete`, only its metadata counts. */
  device: EdgeDevice;
  /** The person's input, to keep with the VM; if absent, `device`. */
  input?: EdgeDeviceInput;
  /**
   * For requests that name only the changes: merges them into the kept device (`undefined` if there is none). Throws
   * InvalidInputError if the result is no valid device.
   */
  complete?: (kept: EdgeDeviceInput | undefined) => Promise<Completed>;
  /** Only change an existing device. */
  mustExist?: boolean;
  identity: IdentityRequest;
  /** Other secrets that render needs, except those in Secrets of the cluster. */
  secrets: Omit<RenderInputs, 'identity'>;
  dryRun: 'none' | 'client' | 'server';
  /** `false`: apply and return. */
  /** With `dryRun: 'client'`: still let the API server try the manifests of a device that is new or would change. It finds what others own, and what a policy, a webhook or a quota refuses. */
  tryChanges?: boolean;
  wait: boolean;
  waitFor: Stage;
  timeoutMs: number;
  skipCredentialCheck: boolean;
  /** Do not check the key again that the device already has. */
  skipKnownCredential?: boolean;
  takeOwnership: boolean;
  /** Start a stopped VM. */
  start: boolean;
  /** Restart a VM that runs with old settings. */
  restart?: boolean;
  namespacePerDevice: boolean;
  /** The resource that controls the device. Secret, VirtualMachine and Service then belong to it, and nothing here waits for others. */
  owner?: DeviceOwner;
  /** Only compare: also a device that an EdgeDevice in the cluster keeps. `applyDevice` refuses such a device. */
  compareOnly?: boolean;
  /** Throws if something outside of the namespace has this identity. Absent: nobody knows. */
  claimIdentity?: (device: DeviceRef) => void;
  /** Of a run with many devices: shared by their requests, so that manifests of one shape are tried once. Absent: tried for each. */
  trials?: Map<string, Promise<boolean>>;
}

/** A resource that controls a device: an EdgeDevice in the cluster. */
export interface DeviceOwner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/** What `deleteDevice` is to do. */
export interface DeleteRequest {
  name: string;
  namespace: string;
  /** Keep the disks, or delete them; absent: as `spec.deletionPolicy` of the kept device says. */
  keepDisk?: boolean;
  /** Delete the hub device too; needs `context.hub`. */
  deregister: boolean;
  /** Delete the namespace too, with all that is in it; only if edge-vm made it, and no other of its devices is in it. */
  deleteNamespace?: boolean;
  /** Succeed if there is nothing of that name, instead of `not-found`. */
  ignoreNotFound?: boolean;
  wait: boolean;
  timeoutMs: number;
  dryRun: 'none' | 'client' | 'server';
}

/** Which device `waitDevice` follows, and until when. */
export interface WaitRequest {
  name: string;
  namespace: string;
  waitFor: Stage;
  timeoutMs: number;
}
