import type { SecretValue } from '../identity/secret.js';
import type { EdgeVmError } from '../support/errors.js';
import type { EdgeAgentTwin, HubCall, ModuleTwinRow, TagChange } from './types.js';

/** A device that is registered with others by one request. */
export interface NewHubDevice {
  deviceId: string;
  primaryKey: SecretValue;
  secondaryKey: SecretValue;
  tags?: Record<string, string>;
  parentScope?: string;
}

/** Requests about many devices. `batchingHub` makes them from calls about one device each. */
export interface HubBulk {
  /**
   * Registers up to 100 edge devices by one request, with their tags. Gives the errors by device id; `details.status` is 409 for one that
   * exists, which stays as it is. It throws what concerns all of them.
   */
  createDevices(devices: readonly NewHubDevice[], call?: HubCall): Promise<Map<string, EdgeVmError>>;
  /** Deletes up to 100 devices by one request. Gives the errors by device id; `details.status` is 404 for one that did not exist. */
  deleteDevices(deviceIds: readonly string[], call?: HubCall): Promise<Map<string, EdgeVmError>>;
  /** Writes the tags that differ, and removes those that are to go; other tags stay. */
  tagDevice(deviceId: string, change: TagChange, call?: HubCall): Promise<void>;
  /** Which of them exist, by queries. A device of the last seconds may be missing, and one that was deleted may still be there. */
  existing(deviceIds: readonly string[], call?: HubCall): Promise<Set<string>>;
  /** As `queryModules` of `Hub`. */
  queryModules(moduleIds: readonly string[], deviceIds: readonly string[], call?: HubCall): AsyncIterable<ModuleTwinRow>;
  /** `$edgeAgent` twins of all devices of the hub, page by page. */
  allEdgeAgents(call?: HubCall & { pageSize?: number }): AsyncIterable<{ deviceId: string; twin: EdgeAgentTwin }[]>;
}
