import type { HubContext } from '../context.js';
import type { Identity } from '../store/model.js';
import { shownConnection } from './connection-state.js';

/** An identity as `GET /devices/{id}` and `GET /devices/{id}/modules/{m}` show it. */
export function identityView(hub: HubContext, identity: Identity): Record<string, unknown> {
  return identity.moduleId === undefined ? deviceView(hub, identity) : moduleView(hub, identity);
}

/** Children name this parent by its scope. Only edge devices have their own scope. */
export function scopeOf(device: Identity): string | undefined {
  if (device.iotEdge) return `ms-azure-iot-edge://${device.deviceId}-${device.generationId}`;
  return device.parentScopes[0];
}

function deviceView(hub: HubContext, device: Identity): Record<string, unknown> {
  const { state, since } = shownConnection(hub, device);
  const scope = scopeOf(device);
  return {
    deviceId: device.deviceId,
    generationId: device.generationId,
    etag: device.etag,
    connectionState: state,
    status: device.status,
    statusReason: device.statusReason,
    connectionStateUpdatedTime: since,
    statusUpdatedTime: device.statusUpdatedTime,
    lastActivityTime: device.lastActivityTime,
    cloudToDeviceMessageCount: 0,
    authentication: authenticationView(device),
    capabilities: { iotEdge: device.iotEdge },
    ...(scope === undefined ? {} : { deviceScope: scope }),
    parentScopes: device.parentScopes,
  };
}

function moduleView(hub: HubContext, module: Identity): Record<string, unknown> {
  const { state, since } = shownConnection(hub, module);
  return {
    moduleId: module.moduleId,
    managedBy: module.managedBy,
    deviceId: module.deviceId,
    generationId: module.generationId,
    etag: module.etag,
    connectionState: state,
    connectionStateUpdatedTime: since,
    lastActivityTime: module.lastActivityTime,
    cloudToDeviceMessageCount: 0,
    authentication: authenticationView(module),
  };
}

function authenticationView(identity: Identity): Record<string, unknown> {
  const { symmetricKey, x509Thumbprint, type } = identity.authentication;
  return { symmetricKey, x509Thumbprint, type };
}
