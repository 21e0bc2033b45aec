import rhea, { type Receiver, type Sender } from 'rhea';
import type { MethodAnswer, Push, Session } from '../sessions/sessions.js';
import type { LinkKind } from './addresses.js';
import { outbox, type Outbox } from './outbox.js';

export type Link = Sender | Receiver;

/** Resource of the twin's notifications. The connection list shows it for identities that asked for them. */
export const DESIRED = '/notifications/twin/properties/desired';

/** What the client listens to on a link. A twin link by itself brings only answers. */
const SUBSCRIPTIONS: Partial<Record<LinkKind, string>> = {
  methods: '/methods/devicebound',
  devicebound: '/messages/devicebound',
  inputs: '/messages/events',
};

/** One identity on a connection: all its links. It lasts from the first link to the last. */
export class AmqpSession implements Session {
  readonly protocol = 'amqp';
  readonly deviceId: string;
  readonly moduleId: string | undefined;
  readonly connectedAt: number;
  readonly subscriptions = new Set<string>();
  readonly methods = new Map<string, (answer: MethodAnswer) => void>();
  readonly links = new Set<Link>();
  readonly #close: (reason: string) => void;
  readonly #twins = new Map<string, { link: Sender; out: Outbox }>();
  #methodLink: { link: Sender; out: Outbox } | undefined;

  constructor(deviceId: string, moduleId: string | undefined, connectedAt: number, close: (reason: string) => void) {
    this.deviceId = deviceId;
    this.moduleId = moduleId;
    this.connectedAt = connectedAt;
    this.#close = close;
  }

  /** Adds a link to the client. */
  addSender(kind: LinkKind, channel: string, link: Sender): void {
    this.links.add(link);
    const subscription = SUBSCRIPTIONS[kind];
    if (subscription !== undefined) this.subscriptions.add(subscription);
    if (kind === 'methods') this.#methodLink = { link, out: outbox(link) };
    if (kind === 'twin') this.#twins.set(channel, { link, out: outbox(link) });
  }

  removeLink(kind: LinkKind, link: Link): void {
    this.links.delete(link);
    if (link.is_receiver()) return;
    const subscription = SUBSCRIPTIONS[kind];
    if (subscription !== undefined) this.subscriptions.delete(subscription);
    if (this.#methodLink?.link === link) this.#methodLink = undefined;
    for (const [channel, twin] of this.#twins) if (twin.link === link) this.#twins.delete(channel);
    if (this.#twins.size === 0) this.subscriptions.delete(DESIRED);
  }

  subscribe(what: string): void {
    this.subscriptions.add(what);
  }

  unsubscribe(what: string): void {
    this.subscriptions.delete(what);
  }

  listensTo(push: Push): boolean {
    return push === 'methods' ? this.#methodLink !== undefined : this.subscriptions.has(DESIRED);
  }

  callMethod(requestId: string, name: string, payload: string): void {
    this.#methodLink?.out.send({
      correlation_id: rhea.string_to_uuid(requestId),
      application_properties: { 'IoThub-methodname': name },
      body: rhea.message.data_section(Buffer.from(payload)),
    });
  }

  sendDesired(_version: number, patch: string): void {
    // Without a correlation id, so that clients can distinguish it from an answer.
    for (const { out } of this.#twins.values()) out.send({ body: rhea.message.data_section(Buffer.from(patch)) });
  }

  /** Sends an answer on the channel's link, if the client has one. */
  sendTwin(channel: string, message: object): void {
    this.#twins.get(channel)?.out.send(message);
  }

  close(reason: string): void {
    this.#close(reason);
  }
}
