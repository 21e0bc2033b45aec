import type { DeviceIdentity, RenderInputs } from '../identity/types.js';
import type { Rung } from '../readiness/types.js';
import type { EdgeDevice } from '../spec/types.js';

/** Where the identity comes from once the CLI read files and environment; a Secret and the hub are read by `create`. */
export type IdentityRequest =
  | { kind: 'given'; identity: DeviceIdentity }
  | { kind: 'secret'; name: string; key?: string }
  | { kind: 'register'; deviceId: string; tags?: Record<string, string> };

export interface CreateRequest {
  /** Defaults filled, validated. */
  device: EdgeDevice;
  identity: IdentityRequest;
  /** Other secrets that render needs. */
  secrets: Omit<RenderInputs, 'identity'>;
  dryRun: 'none' | 'client' | 'server';
  /** `false`: apply and return. */
  wait: boolean;
  waitFor: Rung;
  timeoutMs: number;
  skipCredentialCheck: boolean;
  takeOwnership: boolean;
  /** Start a stopped VM. */
  start: boolean;
  namespacePerDevice: boolean;
}

export interface DeleteRequest {
  name: string;
  namespace: string;
  keepDisk: boolean;
  /** Delete the hub's device too; needs `context.hub`. */
  deregister: boolean;
  /** Nothing of that name is a success, not `not-found`. */
  ignoreNotFound?: boolean;
  wait: boolean;
  timeoutMs: number;
  dryRun: 'none' | 'client' | 'server';
}

export interface WaitRequest {
  name: string;
  namespace: string;
  waitFor: Rung;
  timeoutMs: number;
}
