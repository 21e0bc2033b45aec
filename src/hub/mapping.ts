import { SecretValue } from '../identity/secret.js';
import type { EdgeAgentTwin, HubDevice } from './types.js';

/** A device in the registry's REST API. https://learn.microsoft.com/rest/api/iothub/service/devices/get-identity */
export interface WireDevice {
  deviceId: string;
  generationId?: string;
  etag?: string;
  connectionState?: string;
  status?: string;
  statusReason?: string | null;
  authentication?: { type?: string; symmetricKey?: { primaryKey?: string | null } | null };
  capabilities?: { iotEdge?: boolean };
  deviceScope?: string;
  parentScopes?: string[];
}

export interface WireTwin {
  deviceId: string;
  etag?: string;
  version?: number;
  connectionState?: string;
  lastActivityTime?: string;
  tags?: Record<string, unknown>;
  properties?: { desired?: Record<string, unknown>; reported?: Record<string, unknown> };
}

export function deviceOf(wire: WireDevice): HubDevice {
  const device: HubDevice = {
    deviceId: wire.deviceId,
    edgeEnabled: wire.capabilities?.iotEdge === true,
    status: wire.status === 'disabled' ? 'disabled' : 'enabled',
    authType: wire.authentication?.type ?? 'none',
  };
  if (wire.statusReason) device.statusReason = wire.statusReason;
  const key = wire.authentication?.symmetricKey?.primaryKey;
  if (key) device.primaryKey = new SecretValue(key);
  if (wire.generationId !== undefined) device.generationId = wire.generationId;
  if (wire.etag !== undefined) device.etag = wire.etag;
  if (wire.deviceScope !== undefined) device.deviceScope = wire.deviceScope;
  if (wire.parentScopes !== undefined && wire.parentScopes.length > 0) device.parentScopes = wire.parentScopes;
  if (wire.connectionState !== undefined) device.connectionState = wire.connectionState;
  return device;
}

export function twinOf(wire: WireTwin): EdgeAgentTwin {
  const twin: EdgeAgentTwin = { desired: wire.properties?.desired ?? {}, reported: wire.properties?.reported ?? {} };
  if (wire.etag !== undefined) twin.etag = wire.etag;
  if (wire.version !== undefined) twin.version = wire.version;
  if (wire.connectionState !== undefined) twin.connectionState = wire.connectionState;
  if (wire.lastActivityTime !== undefined) twin.lastActivityTime = wire.lastActivityTime;
  return twin;
}
