import type { HubContext } from '../context.js';
import { badRequest, deviceNotFound, HubError } from '../errors.js';
import type { Identity, JsonObject } from '../store/model.js';
import { checkIfMatch } from './etags.js';
import { newIdentity, replaceCredentials } from './identity.js';
import { checkId } from './ids.js';
import { asObject, optionalString } from './json.js';
import { createSystemModules } from './modules.js';

export function requireDevice(hub: HubContext, deviceId: string): Identity {
  const device = hub.store.device(deviceId);
  if (device === undefined) throw deviceNotFound(deviceId);
  return device;
}

/** `PUT /devices/{id}`: creates without `If-Match`, replaces with it. */
export function putDevice(hub: HubContext, deviceId: string, input: JsonObject, ifMatch: string | undefined): Identity {
  checkId(deviceId, 'device');
  const named = optionalString(input['deviceId'], 'deviceId');
  if (named !== null && named !== deviceId) throw badRequest('deviceId in the body and in the path differ.');
  return ifMatch === undefined ? createDevice(hub, deviceId, input) : updateDevice(hub, deviceId, input, ifMatch);
}

export function createDevice(hub: HubContext, deviceId: string, input: JsonObject): Identity {
  checkId(deviceId, 'device');
  if (hub.store.device(deviceId) !== undefined) {
    throw new HubError(409, 'DeviceAlreadyExists', `A device with ID '${deviceId}' is already registered.`);
  }
  const device = newIdentity(hub, deviceId, input);
  device.iotEdge = readEdge(input);
  device.parentScopes = readParentScopes(input);
  hub.store.put(device);
  if (device.iotEdge) createSystemModules(hub, device);
  return device;
}

export function updateDevice(hub: HubContext, deviceId: string, input: JsonObject, ifMatch: string | undefined): Identity {
  const device = requireDevice(hub, deviceId);
  checkIfMatch(ifMatch, device.etag);
  replaceCredentials(hub, device, input);
  device.iotEdge = readEdge(input);
  device.parentScopes = readParentScopes(input);
  hub.store.put(device);
  if (device.iotEdge) createSystemModules(hub, device);
  return device;
}

/** Its connections, and those of its modules, end with it. */
export function deleteDevice(hub: HubContext, deviceId: string, ifMatch: string | undefined): void {
  checkIfMatch(ifMatch, requireDevice(hub, deviceId).etag);
  for (const gone of hub.store.delete(deviceId)) hub.sessions.forget(gone.deviceId, gone.moduleId, 'deleted');
}

function readEdge(input: JsonObject): boolean {
  return asObject(input['capabilities'] ?? {}, 'capabilities')['iotEdge'] === true;
}

function readParentScopes(input: JsonObject): string[] {
  const scopes = input['parentScopes'];
  if (Array.isArray(scopes)) return scopes.filter((scope) => typeof scope === 'string');
  const scope = optionalString(input['deviceScope'], 'deviceScope');
  return scope === null || readEdge(input) ? [] : [scope];
}
