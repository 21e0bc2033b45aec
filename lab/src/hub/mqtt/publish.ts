import type { HubContext } from '../context.js';
import { errorBody, HubError } from '../errors.js';
import { MAX_MESSAGE, numbered, readOwnTwin, reportProperties, takeTelemetry } from '../sessions/operations.js';
import type { Identity } from '../store/model.js';
import type { MqttSession } from './session.js';
import { parsePublish, TWIN_RESPONSES, type Published } from './topics.js';

/** Handles a client's message. False: the hub ends the connection, e.g. for an unknown topic. */
export async function handlePublish(hub: HubContext, session: MqttSession, topic: string, payload: Buffer): Promise<boolean> {
  const identity = hub.store.get(session.deviceId, session.moduleId);
  const published = parsePublish(topic, session);
  if (identity === undefined || published === undefined || payload.length > MAX_MESSAGE) return false;
  switch (published.kind) {
    case 'telemetry':
      // MQTT has no answer that refuses a message. The real hub ends the connection too.
      return takeTelemetry(hub, identity, published.properties, payload).then(
        () => true,
        () => false,
      );
    case 'method-response':
      session.methods.get(published.rid)?.({ kind: 'answered', status: published.status, payload: payload.toString('utf8') });
      return true;
    default:
      await answerTwin(hub, session, identity, published, payload);
      return true;
  }
}

async function answerTwin(hub: HubContext, session: MqttSession, identity: Identity, request: Extract<Published, { kind: 'twin-get' | 'twin-patch' }>, payload: Buffer): Promise<void> {
  const respond = (status: number, body: string, extra = ''): void => {
    if (session.subscriptions.has(TWIN_RESPONSES)) session.publish(`$iothub/twin/res/${status}/?$rid=${request.rid}${extra}`, body);
  };
  try {
    if (request.kind === 'twin-get') return respond(200, await readOwnTwin(hub, identity));
    respond(204, '', `&$version=${await reportProperties(hub, identity, payload)}`);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    respond(error.status, JSON.stringify(errorBody(numbered(error), hub.now())));
  }
}
