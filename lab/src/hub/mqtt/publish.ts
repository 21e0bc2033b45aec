import { isoNow, type HubContext } from '../context.js';
import { badRequest, errorBody, HubError } from '../errors.js';
import { isObject } from '../registry/json.js';
import type { Identity, JsonObject, JsonValue } from '../store/model.js';
import { ownTwinView } from '../twins/views.js';
import { patchReported } from '../twins/write.js';
import type { Session } from './sessions.js';
import { parsePublish, TWIN_RESPONSES, type Published } from './topics.js';

const MAX_MESSAGE = 256 * 1024;

/** Handles a client's message. False: the hub ends the connection, as it does for topics it does not know. */
export async function handlePublish(hub: HubContext, session: Session, topic: string, payload: Buffer): Promise<boolean> {
  const identity = hub.store.get(session.deviceId, session.moduleId);
  const published = parsePublish(topic, session);
  if (identity === undefined || published === undefined || payload.length > MAX_MESSAGE) return false;
  switch (published.kind) {
    case 'telemetry':
      return takeTelemetry(hub, identity, published.properties, payload);
    case 'method-response':
      session.methods.get(published.rid)?.({ kind: 'answered', status: published.status, payload: payload.toString('utf8') });
      return true;
    default:
      await answerTwin(hub, session, identity, published, payload);
      return true;
  }
}

async function takeTelemetry(hub: HubContext, identity: Identity, properties: Record<string, string>, payload: Buffer): Promise<boolean> {
  // There is no answer to refuse a message with: the real hub ends the connection too.
  try {
    await hub.rules.apply('telemetry', identity.deviceId);
  } catch {
    return false;
  }
  identity.lastActivityTime = isoNow(hub);
  hub.telemetry.add({
    enqueuedTime: identity.lastActivityTime,
    deviceId: identity.deviceId,
    ...(identity.moduleId === undefined ? {} : { moduleId: identity.moduleId }),
    properties,
    body: payload.toString('utf8'),
  });
  return true;
}

async function answerTwin(hub: HubContext, session: Session, identity: Identity, request: Extract<Published, { kind: 'twin-get' | 'twin-patch' }>, payload: Buffer): Promise<void> {
  const respond = (status: number, body: string, extra = ''): void => {
    if (session.subscriptions.has(TWIN_RESPONSES)) session.publish(`$iothub/twin/res/${status}/?$rid=${request.rid}${extra}`, body);
  };
  try {
    await hub.rules.apply(request.kind === 'twin-get' ? 'device-twin-read' : 'device-twin-update', identity.deviceId);
    if (request.kind === 'twin-get') return respond(200, JSON.stringify(ownTwinView(identity)));
    const version = patchReported(hub, identity, parsePatch(payload));
    respond(204, '', `&$version=${version}`);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const { status, code, message } = error;
    const numbered = new HubError(status, code, message, { ...error.options, envelope: 'numbered' });
    respond(status, JSON.stringify(errorBody(numbered, hub.now())));
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
