import { SecretValue } from '../identity/secret.js';
import type { EdgeAgentTwin, HubConfiguration, HubDevice, ModuleTwin, TwinFacts } from './types.js';

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
  configurations?: Record<string, { status?: string }>;
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

/** The part of a twin that its reader may ask for: `EdgeAgentTwin` is a `ModuleTwin` with the fields that edgeAgent reports. */
export function twinOf<T extends EdgeAgentTwin | ModuleTwin>(wire: WireTwin): T {
  return { ...factsOf(wire), desired: wire.properties?.desired ?? {}, reported: wire.properties?.reported ?? {} } as T;
}

function factsOf({ etag, version, connectionState, lastActivityTime, configurations }: WireTwin): TwinFacts {
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(version === undefined ? {} : { version }),
    ...(connectionState === undefined ? {} : { connectionState }),
    ...(lastActivityTime === undefined ? {} : { lastActivityTime }),
    ...(configurations === undefined || Object.keys(configurations).length === 0 ? {} : { configurations }),
  };
}

/** The hub sends `null` for parts that a configuration does not have. */
export function configurationOf(wire: object): HubConfiguration {
  const { content, ...rest } = withoutNulls(wire) as Partial<HubConfiguration>;
  return { targetCondition: '', priority: 0, ...rest, content: withoutNulls(content ?? {}) } as HubConfiguration;
}

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null && part !== undefined));
}
