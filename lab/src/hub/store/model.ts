/**
 * What the hub stores. Field names are those of the service's JSON, if it has one, so that the views stay small.
 */

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

export type AuthType = 'sas' | 'selfSigned' | 'certificateAuthority' | 'none';

export interface Authentication {
  type: AuthType;
  symmetricKey: { primaryKey: string | null; secondaryKey: string | null };
  x509Thumbprint: { primaryThumbprint: string | null; secondaryThumbprint: string | null };
}

/** Desired or reported properties: plain values, and the `$metadata` tree that goes with them. */
export interface PropertyBag {
  values: JsonObject;
  metadata: JsonObject;
  version: number;
}

export interface TwinRecord {
  tags: JsonObject;
  desired: PropertyBag;
  reported: PropertyBag;
  /** Counts every change; `version` in the service's JSON. */
  version: number;
  /** Counts changes of tags and desired properties; the twin's ETag is made from it. */
  etag: number;
}

export type ConnectionState = 'Connected' | 'Disconnected';

/** `connectionState` as the service shows it, with a lag. */
export interface ShownConnection {
  state: ConnectionState;
  /** ISO time. */
  since: string;
  next?: { state: ConnectionState; at: number };
}

/** A device, or a module of one when `moduleId` is set. */
export interface Identity {
  deviceId: string;
  moduleId?: string;
  managedBy: string | null;
  generationId: string;
  etag: string;
  status: 'enabled' | 'disabled';
  statusReason: string | null;
  statusUpdatedTime: string;
  authentication: Authentication;
  /** `capabilities.iotEdge`; false for modules. */
  iotEdge: boolean;
  parentScopes: string[];
  connection: ShownConnection;
  lastActivityTime: string;
  twin: TwinRecord;
  /** Of `$edgeAgent`: which automatic deployments target its device, and which of them it has. */
  deployment?: DeploymentRecord;
}

export interface DeploymentRecord {
  /** What was applied; it is applied again only when this changes. Empty: nothing. */
  key: string;
  /** `configurations` in the service's twin. */
  configurations: { [id: string]: { status: 'Applied' | 'Targeted' } };
}

/** An automatic deployment. */
export interface Configuration {
  id: string;
  schemaVersion: string;
  labels: { [name: string]: string };
  /** It never changes. */
  content: JsonObject;
  targetCondition: string;
  priority: number;
  metrics: { [name: string]: string };
  createdTimeUtc: string;
  lastUpdatedTimeUtc: string;
  /** Counts its changes; the ETag is made from it. */
  version: number;
}

/** What the service shows for "never". */
export const NEVER = '0001-01-01T00:00:00Z';

/** Key of an identity in the store; `/` cannot occur in a device or module id. */
export function identityKey(deviceId: string, moduleId?: string): string {
  return moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
}
