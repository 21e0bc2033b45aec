import { EdgeVmError } from '../../support/errors.js';
import type { HubBulk } from '../types.js';
import type { KnownDevices } from './known.js';

/** Deletes the devices by one request. True for each that existed. */
export function removeAll(hub: HubBulk & { deleteDevice(id: string, call: { signal: AbortSignal }): Promise<boolean> }, known: KnownDevices) {
  return async (ids: readonly string[], signal: AbortSignal): Promise<readonly Promise<boolean>[]> => {
    const unique = [...new Set(ids)];
    for (const id of unique) known.forget(id);
    const errors = await hub.deleteDevices(unique, { signal }).catch((error: unknown) => {
      // One of them spoils the request for all.
      if (unique.length > 1 && EdgeVmError.is(error) && error.code === 'invalid-input') return undefined;
      throw error;
    });
    const results = new Map(unique.map((id) => [id, errors === undefined ? hub.deleteDevice(id, { signal }) : result(id, errors.get(id), signal)]));
    return ids.map((id) => results.get(id)!);
  };

  async function result(id: string, error: EdgeVmError | undefined, signal: AbortSignal): Promise<boolean> {
    if (error === undefined) return true;
    if (error.details['status'] === 404) return false;
    if (error.code === 'hub-throttled' || error.code === 'hub-unreachable') return hub.deleteDevice(id, { signal });
    throw error;
  }
}
