import { isoNow, type HubContext } from '../context.js';
import { badRequest } from '../errors.js';
import { NEVER, type Identity, type JsonObject } from '../store/model.js';
import { newTwin } from '../twins/record.js';
import { readAuthentication } from './authentication.js';
import { newEtag, newGenerationId } from './ids.js';
import { optionalString } from './json.js';

/** A device or module as it is right after creation. */
export function newIdentity(hub: HubContext, deviceId: string, input: JsonObject, moduleId?: string): Identity {
  const now = isoNow(hub);
  return {
    deviceId,
    ...(moduleId === undefined ? {} : { moduleId }),
    managedBy: optionalString(input['managedBy'], 'managedBy'),
    generationId: newGenerationId(hub.now()),
    etag: newEtag(),
    status: readStatus(input),
    statusReason: optionalString(input['statusReason'], 'statusReason'),
    statusUpdatedTime: NEVER,
    authentication: readAuthentication(input['authentication']),
    iotEdge: false,
    parentScopes: [],
    connection: { state: 'Disconnected', since: NEVER },
    lastActivityTime: NEVER,
    twin: newTwin(now),
  };
}

/** Applies status and keys of an update. Drops a live connection if they no longer allow it. */
export function replaceCredentials(hub: HubContext, identity: Identity, input: JsonObject): void {
  const before = JSON.stringify(identity.authentication);
  const status = readStatus(input);
  identity.authentication = readAuthentication(input['authentication']);
  if (status !== identity.status) identity.statusUpdatedTime = isoNow(hub);
  identity.status = status;
  identity.statusReason = optionalString(input['statusReason'], 'statusReason');
  identity.etag = newEtag();
  if (status === 'disabled') hub.sessions.drop(identity.deviceId, identity.moduleId, 'disabled');
  else if (before !== JSON.stringify(identity.authentication)) hub.sessions.drop(identity.deviceId, identity.moduleId, 'credentials changed');
  if (status === 'disabled' && identity.moduleId === undefined) {
    for (const module of hub.store.modules(identity.deviceId)) hub.sessions.drop(module.deviceId, module.moduleId, 'device disabled');
  }
}

function readStatus(input: JsonObject): Identity['status'] {
  const status = (optionalString(input['status'], 'status') ?? 'enabled').toLowerCase();
  if (status !== 'enabled' && status !== 'disabled') throw badRequest("status must be 'enabled' or 'disabled'.");
  return status;
}
