import rhea from 'rhea';
import type { HubContext } from '../context.js';
import { badRequest, errorBody } from '../errors.js';
import { numbered, readOwnTwin, reportProperties } from '../sessions/operations.js';
import type { Identity } from '../store/model.js';
import { asHubError } from './errors.js';
import { bodyOf, type AmqpMessage } from './messages.js';
import { DESIRED, type AmqpSession } from './session.js';

interface Answer {
  status: number;
  body?: string;
  version?: number;
}

/** Answers a message of the twin link, on the link of the same channel in the other direction. */
export async function answerTwin(hub: HubContext, session: AmqpSession, identity: Identity, channel: string, message: AmqpMessage): Promise<void> {
  const { status, body = '', version } = await runTwin(hub, session, identity, message).catch((error: unknown): Answer => {
    const failure = asHubError(error);
    return { status: failure.status, body: JSON.stringify(errorBody(numbered(failure), hub.now())) };
  });
  session.sendTwin(channel, {
    correlation_id: message['correlation_id'],
    message_annotations: {
      // Clients expect an int and a long.
      status: rhea.types.wrap_int(status),
      ...(version === undefined ? {} : { version: rhea.types.wrap_long(version) }),
    },
    body: rhea.message.data_section(Buffer.from(body)),
  });
}

async function runTwin(hub: HubContext, session: AmqpSession, identity: Identity, message: AmqpMessage): Promise<Answer> {
  const { operation, resource } = (message['message_annotations'] ?? {}) as Record<string, unknown>;
  const request = [operation, resource].filter((part) => typeof part === 'string' && part !== '').join(' ');
  switch (request) {
    case 'GET':
      return { status: 200, body: await readOwnTwin(hub, identity) };
    case 'PATCH /properties/reported':
      return { status: 204, version: await reportProperties(hub, identity, bodyOf(message)) };
    case `PUT ${DESIRED}`:
      session.subscribe(DESIRED);
      return { status: 200 };
    case `DELETE ${DESIRED}`:
      session.unsubscribe(DESIRED);
      return { status: 200 };
    default:
      throw badRequest(`No such twin operation: ${request}`);
  }
}
