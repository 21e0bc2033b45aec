import { EdgeVmError } from '../support/errors.js';
import { at, isMapping, textAt } from '../support/plain.js';
import { itemError } from './classify.js';
import type { CallSubject } from './classify.js';
import { queryAllTwins, queryDevices, queryModules } from './query.js';
import type { Run } from './query.js';
import { byCaller } from './run.js';
import type { RunCall } from './run.js';
import type { HubBulk, HubCall, NewHubDevice, TagChange } from './types.js';

/** What the bulk calls need of the port. */
interface Parts {
  hostname: string;
  run: RunCall;
  runQuery: (call: HubCall) => Run;
  setTags: (deviceId: string, change: TagChange, call: HubCall) => Promise<void>;
}

/** Requests about many devices. https://learn.microsoft.com/rest/api/iothub/service/bulk-registry/update-registry */
export function hubBulk({ hostname, run, runQuery, setTags }: Parts): HubBulk {
  async function bulk(verb: 'create' | 'delete', devices: readonly { id: string }[], secrets: CallSubject['secrets'], call: HubCall): Promise<Map<string, EdgeVmError>> {
    if (devices.length === 0) return new Map();
    const { length } = devices;
    // Each device shows these words as its own error: how many others were in the same request says nothing about it.
    const what = verb === 'create' ? 'register devices' : 'delete devices';
    // Each device counts as one call of the registry: https://github.com/Azure-Samples/Iot-Telemetry-Simulator/issues/39 was throttled at the third 100.
    const failed = await run({ what, operation: 'registry', right: 'RegistryWrite', cost: length, secrets, ...byCaller(call) }, async ({ send }) => {
      try {
        return itemsOf(await send('POST', '/devices', { body: devices })) ?? [];
      } catch (error) {
        // 400 with a list: the others are done.
        const items = itemsOf(parsed(at(error, 'responseBody')));
        if (items === undefined) throw error;
        return items;
      }
    });
    const subject = (id: string): CallSubject => ({ hostname, what: `${verb} device ${id}`, right: 'RegistryWrite', secrets, now: 0 });
    return new Map(failed.map(({ deviceId, errorCode, errorStatus }) => [deviceId, itemError({ code: errorCode, text: errorStatus }, subject(deviceId))]));
  }

  return {
    createDevices: (devices, call = {}) => bulk('create', devices.map(wireOf), devices.flatMap((device) => [device.primaryKey, device.secondaryKey]), call),
    deleteDevices: (ids, call = {}) => bulk('delete', ids.map((id) => ({ id, importMode: 'delete' })), [], call),
    tagDevice: (deviceId, change, call = {}) => setTags(deviceId, change, call),
    existing: (ids, call = {}) => queryDevices(ids, runQuery(call)),
    queryModules: (moduleIds, ids, call = {}) => queryModules(moduleIds, ids, runQuery(call)),
    allEdgeAgents: ({ pageSize = 500, ...call } = {}) => queryAllTwins(runQuery(call), pageSize),
  };
}

function wireOf({ deviceId, primaryKey, secondaryKey, tags, parentScope }: NewHubDevice): { id: string; [field: string]: unknown } {
  const symmetricKey = { primaryKey: primaryKey.reveal(), secondaryKey: secondaryKey.reveal() };
  return {
    id: deviceId,
    importMode: 'create',
    status: 'enabled',
    capabilities: { iotEdge: true },
    authentication: { type: 'sas', symmetricKey },
    ...(tags === undefined ? {} : { tags }),
    ...(parentScope === undefined ? {} : { parentScopes: [parentScope] }),
  };
}

interface Item {
  deviceId: string;
  errorCode: string | number;
  errorStatus: string;
}

/** The failed devices of an answer; `undefined` if it is no answer of this kind. */
function itemsOf(answer: unknown): Item[] | undefined {
  if (!isMapping(answer) || typeof answer['isSuccessful'] !== 'boolean') return undefined;
  const errors = Array.isArray(answer['errors']) ? answer['errors'] : [];
  return errors.filter(isMapping).map((error) => ({
    deviceId: textAt(error, 'deviceId') ?? '',
    errorCode: typeof error['errorCode'] === 'number' ? error['errorCode'] : textAt(error, 'errorCode') ?? '',
    errorStatus: textAt(error, 'errorStatus') ?? '',
  }));
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? (JSON.parse(body) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
