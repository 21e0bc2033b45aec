import type { HubContext } from '../context.js';
import { badRequest, HubError } from '../errors.js';
import type { JsonObject, JsonValue } from '../store/model.js';
import { patchDesired, replaceTags } from '../twins/write.js';
import { createDevice, deleteDevice, updateDevice } from './devices.js';
import { parseIfMatch } from './etags.js';
import { asObject, isObject, optionalString } from './json.js';

/** Answer of `POST /devices`: the error of each device that failed. */
export interface BulkResult {
  isSuccessful: boolean;
  errors: { deviceId: string; errorCode: string; errorStatus: string }[];
  warnings: never[];
}

const MAX_DEVICES = 100;

/** `POST /devices`: up to 100 devices, each with an `importMode`. If one fails, the others go on. */
export function bulkDevices(hub: HubContext, body: JsonValue): BulkResult {
  if (!Array.isArray(body) || body.length === 0 || body.length > MAX_DEVICES) {
    throw badRequest(`The body must be an array of 1 to ${MAX_DEVICES} devices.`);
  }
  const ids = body.map((item) => optionalString(asObject(item, 'device')['id'], 'id') ?? '');
  if (new Set(ids).size < ids.length) throw new HubError(400, 'DeviceDefinedMultipleTimes', 'A device may be in the list only once.');
  const errors: BulkResult['errors'] = [];
  for (const item of body) {
    const input = asObject(item, 'device');
    const deviceId = optionalString(input['id'], 'id') ?? '';
    try {
      applyOne(hub, deviceId, input);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      errors.push({ deviceId, errorCode: error.code, errorStatus: error.message });
    }
  }
  return { isSuccessful: errors.length === 0, errors, warnings: [] };
}

function applyOne(hub: HubContext, deviceId: string, input: JsonObject): void {
  const mode = (optionalString(input['importMode'], 'importMode') ?? 'createOrUpdate').toLowerCase();
  const etag = mode.endsWith('ifmatchetag') ? (parseIfMatch(optionalString(input['eTag'] ?? input['etag'], 'eTag') ?? undefined) ?? '') : '*';
  const exists = hub.store.device(deviceId) !== undefined;
  switch (mode.replace('ifmatchetag', '')) {
    case 'create':
      return create(hub, deviceId, input);
    case 'update':
      updateDevice(hub, deviceId, input, etag);
      return;
    case 'createorupdate':
      if (!exists) return create(hub, deviceId, input);
      updateDevice(hub, deviceId, input, etag);
      return;
    case 'delete':
      deleteDevice(hub, deviceId, etag);
      return;
    default:
      throw badRequest(`importMode '${mode}' is not known.`);
  }
}

/** A request that creates a device may hold the twin's tags and desired properties. */
function create(hub: HubContext, deviceId: string, input: JsonObject): void {
  const device = createDevice(hub, deviceId, input);
  if (isObject(input['tags'])) replaceTags(hub, device, input['tags']);
  const desired = isObject(input['properties']) ? input['properties']['desired'] : undefined;
  if (isObject(desired)) patchDesired(hub, device, desired);
}
