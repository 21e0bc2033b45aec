import { EdgeVmError } from '../../support/errors.js';
import type { Hub, HubBulk, HubDevice } from '../types.js';
import type { KnownDevices } from './known.js';

/** Which of the devices exist; `undefined` if that cannot be queried. */
export type Ask = (ids: readonly string[], signal: AbortSignal | undefined) => Promise<ReadonlySet<string> | undefined>;

/** Asks by queries, until the hub refuses one: a credential for the registry alone may not query. */
export function asksWhichExist(hub: HubBulk): Ask {
  let mayQuery = true;
  return async (ids, signal) => {
    if (!mayQuery) return undefined;
    try {
      return await hub.existing(ids, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!EdgeVmError.is(error) || error.code !== 'hub-forbidden') throw error;
      mayQuery = false;
      return undefined;
    }
  };
}

/** From so many devices on, one query says which of them exist: a query takes as much of its limit (20 a minute) as five reads of theirs (100). */
const queryFrom = 5;

/**
 * Reads devices that are not known: one request each, because no request gives the keys of many. Of many, only those that a query
 * finds; it knows a new device after some seconds, so another client's device of that moment may be missing.
 */
export function lookUpAll(hub: Hub & HubBulk, known: KnownDevices, ask: Ask) {
  return async (ids: readonly string[], signal: AbortSignal): Promise<readonly Promise<HubDevice | undefined>[]> => {
    const unique = [...new Set(ids)];
    const existing = unique.length >= queryFrom ? await ask(unique, signal) : undefined;
    const reads = new Map(unique.map((id) => [id, existing === undefined || existing.has(id) ? read(id, signal) : Promise.resolve(known.get(id))]));
    return ids.map((id) => reads.get(id)!);
  };

  async function read(id: string, signal: AbortSignal): Promise<HubDevice | undefined> {
    const device = await hub.getDevice(id, { signal });
    if (device !== undefined) known.set(device);
    return device;
  }
}
