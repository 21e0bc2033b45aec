import type { HubContext } from '../context.js';
import { badRequest, HubError, identityNotFound } from '../errors.js';
import type { Identity, JsonObject } from '../store/model.js';
import { checkIfMatch } from './etags.js';
import { newIdentity, replaceCredentials } from './identity.js';
import { checkId } from './ids.js';
import { optionalString } from './json.js';

/** https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling */
const MAX_MODULES = 50;

/** The modules that the hub itself makes for an edge-enabled device. */
export const SYSTEM_MODULES = ['$edgeAgent', '$edgeHub'] as const;

export function createSystemModules(hub: HubContext, device: Identity): void {
  for (const moduleId of SYSTEM_MODULES) {
    if (hub.store.module(device.deviceId, moduleId) !== undefined) continue;
    // With keys that the hub makes, until the device's identity service sets its own.
    hub.store.put(newIdentity(hub, device.deviceId, { managedBy: 'iotEdge' }, moduleId));
  }
}

export function requireModule(hub: HubContext, deviceId: string, moduleId: string): Identity {
  if (hub.store.device(deviceId) === undefined) throw identityNotFound(deviceId);
  const module = hub.store.module(deviceId, moduleId);
  if (module === undefined) throw identityNotFound(deviceId, moduleId);
  return module;
}

export function listModules(hub: HubContext, deviceId: string): Identity[] {
  if (hub.store.device(deviceId) === undefined) throw identityNotFound(deviceId);
  return hub.store.modules(deviceId);
}

/** `PUT /devices/{id}/modules/{m}`: creates without `If-Match`, replaces with it. */
export function putModule(hub: HubContext, deviceId: string, moduleId: string, input: JsonObject, ifMatch: string | undefined): { module: Identity; created: boolean } {
  checkId(moduleId, 'module');
  checkNames(input, deviceId, moduleId);
  if (hub.store.device(deviceId) === undefined) throw identityNotFound(deviceId);
  const existing = hub.store.module(deviceId, moduleId);
  if (ifMatch !== undefined) {
    if (existing === undefined) throw identityNotFound(deviceId, moduleId);
    checkIfMatch(ifMatch, existing.etag);
    replaceCredentials(hub, existing, input);
    existing.managedBy = optionalString(input['managedBy'], 'managedBy') ?? existing.managedBy;
    hub.store.put(existing);
    return { module: existing, created: false };
  }
  if (existing !== undefined) {
    throw new HubError(409, 'ModuleAlreadyExistsOnDevice', `Device ${deviceId} in IotHub already contains Module ${moduleId}.`, { envelope: 'nested', number: 409301 });
  }
  return { module: createModule(hub, deviceId, moduleId, input), created: true };
}

export function createModule(hub: HubContext, deviceId: string, moduleId: string, input: JsonObject): Identity {
  checkId(moduleId, 'module');
  if (moduleId.startsWith('$')) throw badRequest(`Module id '${moduleId}' is reserved.`);
  if (hub.store.modules(deviceId).length >= MAX_MODULES) {
    throw new HubError(403, 'TooManyModulesOnDevice', `A device has at most ${MAX_MODULES} modules.`, { number: 403006, envelope: 'nested' });
  }
  const module = newIdentity(hub, deviceId, input, moduleId);
  hub.store.put(module);
  return module;
}

export function deleteModule(hub: HubContext, deviceId: string, moduleId: string, ifMatch: string | undefined): void {
  checkIfMatch(ifMatch, requireModule(hub, deviceId, moduleId).etag);
  for (const gone of hub.store.delete(deviceId, moduleId)) hub.sessions.forget(gone.deviceId, gone.moduleId, 'deleted');
}

function checkNames(input: JsonObject, deviceId: string, moduleId: string): void {
  for (const [field, expected] of [['deviceId', deviceId], ['moduleId', moduleId]] as const) {
    const got = optionalString(input[field], field);
    if (got !== null && got !== expected) throw badRequest(`${field} in the body and in the path differ.`);
  }
}
