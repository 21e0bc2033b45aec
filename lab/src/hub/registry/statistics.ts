import type { HubContext } from '../context.js';
import { shownConnection } from './connection-state.js';

/** `GET /statistics/devices`. */
export function deviceStatistics(hub: HubContext): Record<string, number> {
  const devices = [...hub.store.devices()];
  const enabled = devices.filter((device) => device.status === 'enabled').length;
  return { totalDeviceCount: devices.length, enabledDeviceCount: enabled, disabledDeviceCount: devices.length - enabled };
}

/** `GET /statistics/service`. */
export function serviceStatistics(hub: HubContext): Record<string, number> {
  const devices = [...hub.store.devices()];
  return { connectedDeviceCount: devices.filter((device) => shownConnection(hub, device).state === 'Connected').length };
}
