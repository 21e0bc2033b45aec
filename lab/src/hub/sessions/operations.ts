import { isoNow, type HubContext } from '../context.js';
import { badRequest, HubError, identityNotFound } from '../errors.js';
import { isObject } from '../registry/json.js';
import type { Identity, JsonObject, JsonValue } from '../store/model.js';
import { ownTwinView } from '../twins/views.js';
import { patchReported } from '../twins/write.js';

/** The largest message that an identity may send. */
export const MAX_MESSAGE = 256 * 1024;

/** The identity's own twin, as text. Throws HubError. */
export async function readOwnTwin(hub: HubContext, identity: Identity): Promise<string> {
  return counted(hub, 'device-twin-read', identity, 200, () => JSON.stringify(ownTwinView(identity)));
}

/** Merges into the reported properties and returns their new version. Throws HubError. */
export async function reportProperties(hub: HubContext, identity: Identity, payload: Buffer): Promise<number> {
  return counted(hub, 'device-twin-update', identity, 204, () => patchReported(hub, identity, parsePatch(payload)));
}

/** Keeps a device-to-cloud message. Throws HubError. */
export async function takeTelemetry(hub: HubContext, identity: Identity, properties: Record<string, string>, payload: Buffer): Promise<void> {
  await counted(hub, 'telemetry', identity, 200, () => {
    identity.lastActivityTime = isoNow(hub);
    hub.telemetry.add({
      enqueuedTime: identity.lastActivityTime,
      deviceId: identity.deviceId,
      ...(identity.moduleId === undefined ? {} : { moduleId: identity.moduleId }),
      properties,
      body: payload.toString('utf8'),
    });
  });
}

/** The same error for devices: its body is `numbered`. */
export function numbered(error: HubError): HubError {
  return new HubError(error.status, error.code, error.message, { ...error.options, envelope: 'numbered' });
}

async function counted<T>(hub: HubContext, operation: 'device-twin-read' | 'device-twin-update' | 'telemetry', identity: Identity, status: number, run: () => T): Promise<T> {
  try {
    await hub.rules.apply(operation, identity.deviceId);
    // A rule may have delayed the request. If the identity was deleted in the meantime, it must not be written again.
    if (hub.store.get(identity.deviceId, identity.moduleId) !== identity) throw identityNotFound(identity.deviceId, identity.moduleId);
    const result = run();
    hub.rules.note(operation, status);
    return result;
  } catch (error) {
    hub.rules.note(operation, error instanceof HubError ? error.status : 0);
    throw error;
  }
}

function parsePatch(payload: Buffer): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(payload.toString('utf8')) as JsonValue;
  } catch {
    throw badRequest('The reported properties are not JSON.');
  }
  if (!isObject(value)) throw badRequest('The reported properties must be an object.');
  return value;
}
