import { randomUUID } from 'node:crypto';
import rhea, { type Connection, type EventContext, type Receiver, type Sender, type Session } from 'rhea';
import { HOSTNAME, type TestHub } from './test-hub.js';

/** A message as the client of a test looks into it. */
export type Got = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- what the hub sends is what the tests look into

/** A connection as the .NET SDK makes it: AMQP at once, without SASL. */
export function openAmqp(hub: TestHub, options: object = {}): Promise<Connection> {
  const connection = rhea.create_container().connect({
    transport: 'tls', host: '127.0.0.1', hostname: HOSTNAME, port: hub.hub.amqpPort, servername: HOSTNAME, ca: hub.ca, reconnect: false, ...options,
  });
  return new Promise((resolve, reject) => {
    for (const event of ['disconnected', 'connection_error', 'error']) connection.on(event, (context: EventContext & Error) => reject(context.error ?? context));
    connection.on('connection_open', () => resolve(connection));
  });
}

export function beginSession(connection: Connection): Session {
  const session = connection.create_session();
  session.open();
  return session;
}

/** Sends tokens on a session of its own and waits for the answers, as the .NET SDK's library does. */
export function openCbs(connection: Connection): (token: string) => Promise<{ status: number; description: string }> {
  const session = beginSession(connection);
  const address = randomUUID();
  const sender = session.attach_sender({ name: `duplex$cbs:${address}:sender`, target: '$cbs', source: address });
  const receiver = session.attach_receiver({ name: `duplex$cbs:${address}:receiver`, source: '$cbs', target: address });
  return (token) => {
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      connection.once('disconnected', () => reject(new Error('disconnected')));
      const onMessage = ({ message }: EventContext): void => {
        const got = message as Got;
        if (got['correlation_id'] !== id) return;
        receiver.removeListener('message', onMessage);
        resolve({ status: got['application_properties']['status-code'], description: got['application_properties']['status-description'] });
      };
      receiver.on('message', onMessage);
      sender.send({
        message_id: id,
        reply_to: address,
        application_properties: { operation: 'put-token', type: 'servicebus.windows.net:sastoken', name: `${HOSTNAME}/devices/any` },
        body: token,
      });
    });
  };
}

/** A link to the hub once it takes messages; rejects with the condition of a detach. */
export function attachSender(session: Session, target: string, options: object = {}): Promise<Sender> {
  const sender = session.attach_sender({ target, ...options });
  return new Promise((resolve, reject) => {
    sender.on('sender_error', () => reject(conditionOf(sender)));
    sender.on('sender_close', () => reject(conditionOf(sender)));
    // Credit comes with the attach, a refusal right after it.
    sender.once('sendable', () => setTimeout(() => resolve(sender), 50));
  });
}

/** A link from the hub, and what came on it. */
export async function attachReceiver(session: Session, source: string, options: object = {}): Promise<{ receiver: Receiver; messages: Got[] }> {
  const receiver = session.attach_receiver({ source, ...options });
  const messages: Got[] = [];
  receiver.on('message', ({ message }: EventContext) => messages.push(message as Got));
  await new Promise((resolve, reject) => {
    receiver.on('receiver_error', () => reject(conditionOf(receiver)));
    receiver.on('receiver_close', () => reject(conditionOf(receiver)));
    receiver.once('receiver_open', () => setTimeout(resolve, 50));
  });
  return { receiver, messages };
}

/** Sends and waits for the outcome. */
export function sendAndSettle(sender: Sender, message: object | Buffer, format?: number): Promise<string> {
  return new Promise((resolve) => {
    sender.once('accepted', () => resolve('accepted'));
    sender.once('rejected', ({ delivery }: EventContext) => resolve((delivery as Got).remote_state.error.condition));
    sender.send(message as Parameters<Sender['send']>[0], undefined, format);
  });
}

function conditionOf(link: Sender | Receiver): Error {
  return new Error((link.error as { condition?: string } | undefined)?.condition ?? 'closed');
}
