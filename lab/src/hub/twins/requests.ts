import type { HubContext } from '../context.js';
import { badRequest, identityNotFound } from '../errors.js';
import { checkIfMatch } from '../registry/etags.js';
import { asObject, isObject } from '../registry/json.js';
import type { Identity, JsonObject } from '../store/model.js';
import { twinEtag } from './record.js';
import { patchDesired, patchTags, replaceDesired, replaceTags } from './write.js';

/** The owner of the twin; 404 in the form of twins. */
export function requireTwin(hub: HubContext, deviceId: string, moduleId?: string): Identity {
  const identity = hub.store.get(deviceId, moduleId);
  if (identity === undefined) throw identityNotFound(deviceId, hub.store.device(deviceId) === undefined ? undefined : moduleId);
  return identity;
}

/** `PATCH` merges; `PUT` replaces the given parts. Both change tags and desired properties only. */
export function writeTwin(hub: HubContext, identity: Identity, body: JsonObject, ifMatch: string | undefined, mode: 'merge' | 'replace'): void {
  checkIfMatch(ifMatch, twinEtag(identity.twin));
  const { tags, desired } = readParts(body);
  if (tags !== undefined) (mode === 'merge' ? patchTags : replaceTags)(hub, identity, tags);
  if (desired !== undefined) (mode === 'merge' ? patchDesired : replaceDesired)(hub, identity, desired);
}

function readParts(body: JsonObject): { tags?: JsonObject; desired?: JsonObject } {
  const properties = body['properties'];
  if (properties !== undefined && properties !== null && !isObject(properties)) throw badRequest('properties must be an object.');
  const desired = isObject(properties) ? properties['desired'] : undefined;
  return {
    ...(body['tags'] === undefined ? {} : { tags: asObject(body['tags'], 'tags') }),
    ...(desired === undefined ? {} : { desired: asObject(desired, 'properties.desired') }),
  };
}
