import type { SecretValue } from '../../identity/secret.js';
import { EdgeVmError } from '../../support/errors.js';
import type { Hub, HubBulk, HubDevice, NewHubDevice, TagChange } from '../types.js';
import { newKey } from '../keys.js';
import { changesTags } from '../tags.js';
import type { KnownDevices } from './known.js';

/** What is registered, as `ensureDevice` has it. */
export interface Wanted extends TagChange {
  deviceId: string;
  parentScope?: string;
}

export interface Ensured {
  device: HubDevice;
  created: boolean;
}

/**
 * Registers the devices by one request, and reads those that exist by one each.
 *
 * @param stops the hub is not asked again to register devices after it has forbidden that.
 */
export function registerAll(hub: Hub & HubBulk, known: KnownDevices, stops = false) {
  let forbidden: EdgeVmError | undefined;
  return async (items: readonly Wanted[], signal: AbortSignal): Promise<readonly Promise<Ensured>[]> => {
    const made = new Map<string, NewHubDevice>();
    for (const item of items) {
      // A bulk request may name a device only once, and this one exists.
      if (known.get(item.deviceId) === undefined && !made.has(item.deviceId)) made.set(item.deviceId, { ...item, primaryKey: newKey(), secondaryKey: newKey() });
    }
    const errors = await create([...made.values()], signal);
    return items.map((item) => {
      const device = made.get(item.deviceId);
      const mine = device !== undefined && errors !== undefined;
      // The second one of the same name finds what the first one made.
      if (device !== undefined) made.delete(item.deviceId);
      return mine ? result(device, errors.get(item.deviceId), signal) : errors === undefined ? hub.ensureDevice(item.deviceId, { ...item, signal }) : adopt(item, undefined, signal);
    });
  };

  /** `undefined`: one of them spoils the request for all, so each must be asked for alone. */
  async function create(devices: NewHubDevice[], signal: AbortSignal): Promise<Map<string, EdgeVmError> | undefined> {
    if (devices.length === 0) return new Map();
    if (forbidden !== undefined) throw forbidden;
    try {
      return await hub.createDevices(devices, { signal });
    } catch (error) {
      if (stops && EdgeVmError.is(error) && error.code === 'hub-forbidden') forbidden = error;
      if (devices.length > 1 && EdgeVmError.is(error) && error.code === 'invalid-input') return undefined;
      throw error;
    }
  }

  async function result(device: NewHubDevice, error: EdgeVmError | undefined, signal: AbortSignal): Promise<Ensured> {
    const { deviceId, primaryKey, parentScope } = device;
    if (error?.details['status'] === 409) return adopt(device, primaryKey, signal);
    // The request was all right, but not this part of it.
    if (error?.code === 'hub-throttled' || error?.code === 'hub-unreachable') return hub.ensureDevice(deviceId, { ...wanted(device), signal });
    if (error !== undefined) throw error;
    const created: HubDevice = { deviceId, edgeEnabled: true, status: 'enabled', authType: 'sas', primaryKey, ...(parentScope === undefined ? {} : { parentScopes: [parentScope] }) };
    known.set(created);
    return { device: created, created: true };
  }

  /** `own`: the key that this process gave it. If the hub has it, an earlier attempt made the device, and its answer was lost. */
  async function adopt(item: Wanted, own: SecretValue | undefined, signal: AbortSignal): Promise<Ensured> {
    const { deviceId } = item;
    const device = known.get(deviceId) ?? (await hub.getDevice(deviceId, { signal }));
    if (device === undefined) throw new EdgeVmError('not-found', `device ${deviceId} was deleted from hub ${hub.hostname} meanwhile`, { hint: 'Do it again' });
    known.set(device);
    // Not by bulk: there, tags replace all that the device has.
    if (device.edgeEnabled && changesTags(item)) await hub.tagDevice(deviceId, item, { signal });
    return { device, created: own !== undefined && device.primaryKey?.reveal() === own.reveal() };
  }
}

function wanted({ tags, parentScope }: Wanted): Omit<Wanted, 'deviceId'> {
  return { ...(tags === undefined ? {} : { tags }), ...(parentScope === undefined ? {} : { parentScope }) };
}
