import type { HubContext } from '../context.js';
import { badRequest, HubError } from '../errors.js';
import { requireDevice } from '../registry/devices.js';
import { asObject, isObject } from '../registry/json.js';
import { createModule } from '../registry/modules.js';
import type { Identity, JsonObject } from '../store/model.js';
import { patchDesired, replaceDesired } from './write.js';

export const DESIRED = 'properties.desired';

/**
 * `POST /devices/{id}/applyConfigurationContent`: an edge deployment for one device. Writes the desired properties that
 * it names, and makes identities for the modules that the agent has to run.
 */
export function applyConfiguration(hub: HubContext, deviceId: string, body: JsonObject): void {
  const device = requireDevice(hub, deviceId);
  const modules = asObject(body['modulesContent'] ?? {}, 'modulesContent');
  const own = asObject(body['deviceContent'] ?? {}, 'deviceContent');
  if (Object.keys(modules).length + Object.keys(own).length === 0) throw badRequest('modulesContent or deviceContent is needed.');
  if (Object.keys(modules).length > 0 && !device.iotEdge) {
    throw new HubError(400, 'InvalidOperation', `Device ${deviceId} is not an IoT Edge device.`);
  }
  checkAgent(modules);
  applyModules(hub, deviceId, modules);
  applyContent(hub, device, own);
}

/** Writes the content of modules, and makes identities for them. */
export function applyModules(hub: HubContext, deviceId: string, modules: JsonObject): void {
  for (const moduleId of namedModules(modules)) {
    if (hub.store.module(deviceId, moduleId) === undefined) createModule(hub, deviceId, moduleId, { managedBy: 'iotEdge' });
  }
  for (const [moduleId, content] of Object.entries(modules)) {
    const module = hub.store.module(deviceId, moduleId);
    if (module !== undefined) applyContent(hub, module, asObject(content, `modulesContent.${moduleId}`));
  }
}

/** Keys are `properties.desired` (replaces all) or `properties.desired.a.b` (sets one path). */
function applyContent(hub: HubContext, identity: Identity, content: JsonObject): void {
  for (const [key, value] of Object.entries(content)) {
    if (key === DESIRED) replaceDesired(hub, identity, asObject(value, key));
    else if (key.startsWith(`${DESIRED}.`)) {
      const path = key.slice(DESIRED.length + 1).split('.');
      patchDesired(hub, identity, path.reduceRight<JsonObject>((inner, name, i) => ({ [name]: i === path.length - 1 ? value : inner }), {}));
    } else throw badRequest(`'${key}' is not ${DESIRED} nor a path in it.`);
  }
}

/** The service refuses an agent manifest without these. */
export function checkAgent(modules: JsonObject): void {
  const desired = agentDesired(modules);
  if (desired === undefined) return;
  for (const field of ['schemaVersion', 'runtime', 'systemModules']) {
    if (desired[field] === undefined) throw new HubError(400, 'InvalidConfigurationContent', `$edgeAgent: ${DESIRED}.${field} is missing.`);
  }
}

function namedModules(modules: JsonObject): Set<string> {
  const listed = agentDesired(modules)?.['modules'];
  const prefix = `${DESIRED}.modules.`;
  const agent = modules['$edgeAgent'];
  const added = isObject(agent) ? Object.keys(agent).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length).split('.')[0]!) : [];
  return new Set([...Object.keys(modules), ...(isObject(listed) ? Object.keys(listed) : []), ...added]);
}

function agentDesired(modules: JsonObject): JsonObject | undefined {
  const agent = modules['$edgeAgent'];
  const desired = isObject(agent) ? agent[DESIRED] : undefined;
  return isObject(desired) ? desired : undefined;
}
