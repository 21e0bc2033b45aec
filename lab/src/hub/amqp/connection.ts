import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import rhea, { type Connection, type EventContext, type Session as RheaSession } from 'rhea';
import type { HubContext } from '../context.js';
import { ConnectionRefused } from '../control/rules.js';
import { MAX_MESSAGE } from '../sessions/operations.js';
import { Cbs } from './cbs.js';
import { Claims, type Owner } from './claims.js';
import { Identities } from './identities.js';
import { openLink, type LinkHost } from './links.js';
import { addMechanisms } from './sasl.js';

/** The hub closes the connection of a client that does not open AMQP in this time. */
const OPEN_DEADLINE_MS = 30_000;
/** How long a client may take to answer a close. */
const CLOSE_DEADLINE_MS = 1000;
/** The idle time-out that the hub sends to the client. The client sends an empty frame earlier; after twice this time the hub counts it as gone. */
const IDLE_MS = 120_000;
/** Bytes of a frame: the largest that the hub takes, and the smallest that a peer must take (AMQP 1.0, 2.4.1). */
const MAX_FRAME = 65_536;
const LEAST_FRAME = 512;

/** Speaks AMQP 1.0 with one client over a TLS or WebSocket stream. */
export class AmqpConnection implements LinkHost {
  readonly hub: HubContext;
  readonly claims: Claims;
  readonly cbs: Cbs;
  readonly identities: Identities;
  readonly #stream: Duplex;
  readonly #connection: Connection;
  readonly #admitted = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onEnd: () => void;
  #work = Promise.resolve();
  #ended = false;

  constructor(hub: HubContext, stream: Duplex, certificate: X509Certificate | undefined, onEnd: () => void) {
    this.hub = hub;
    this.#stream = stream;
    this.#onEnd = onEnd;
    this.claims = new Claims(hub, certificate);
    this.cbs = new Cbs(hub, this.claims, (owner) => this.admit(owner));
    this.identities = new Identities(hub, this.claims, () => this.end());
    this.#connection = this.#accept(stream);
    this.#after(OPEN_DEADLINE_MS, () => {
      if (!this.#connection.is_open()) this.end();
    });
  }

  /** Ends the connection, once. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.identities.endAll();
    // With an error, because rhea does not stop its timers at a plain close.
    this.#stream.destroy(new ConnectionRefused('ended by the hub'));
    this.#onEnd();
  }

  /** Handles one after the other, also if a rule delays an answer. */
  enqueue(job: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#ended ? undefined : job()))
      .catch((error: unknown) => {
        if (!(error instanceof ConnectionRefused)) this.hub.report(error);
        this.end();
      });
  }

  /** Counts an identity that comes in, once for each connection. Throws HubError if a rule says so. */
  async admit({ deviceId, moduleId }: Owner): Promise<void> {
    const key = JSON.stringify([deviceId, moduleId]);
    if (this.#admitted.has(key)) return;
    await this.hub.rules.apply('amqp-connect', deviceId);
    this.hub.rules.note('amqp-connect', 200);
    this.#admitted.add(key);
  }

  #accept(stream: Duplex): Connection {
    const container = rhea.create_container({ id: this.hub.hostname });
    addMechanisms(container, this.hub.hostname, this.claims);
    const connection = container.create_connection({
      // The type needs it; rhea connects nowhere.
      port: 0,
      reconnect: false,
      idle_time_out: IDLE_MS,
      max_frame_size: MAX_FRAME,
      receiver_options: { autoaccept: false, credit_window: 100, max_message_size: MAX_MESSAGE },
    });
    connection.on('sender_open', ({ sender }: EventContext) => sender && openLink(this, sender));
    connection.on('receiver_open', ({ receiver }: EventContext) => receiver && openLink(this, receiver));
    connection.on('session_close', ({ session }: EventContext) => session && this.#closedSession(session));
    connection.on('connection_close', () => this.#after(CLOSE_DEADLINE_MS, () => this.end()));
    // rhea checks neither. Below the specification's minimum its sender would never end; and it waits for frames of any size.
    connection.on('connection_open', () => (connection.max_frame_size ?? LEAST_FRAME) < LEAST_FRAME && this.end());
    stream.on('data', () => ((connection as unknown as { frame_size?: number }).frame_size ?? 0) > MAX_FRAME && this.end());
    connection.on('disconnected', () => this.end());
    for (const event of ['error', 'protocol_error']) connection.on(event, () => this.end());
    stream.on('error', () => this.end());
    stream.on('close', () => this.end());
    return (connection as unknown as { accept(socket: Socket): Connection }).accept(stream as Socket);
  }

  /** A session may end with its links still attached. */
  #closedSession(session: RheaSession): void {
    this.identities.removeLinks((link) => link.session === session);
  }

  #after(ms: number, run: () => void): void {
    this.#timers.add(setTimeout(run, ms).unref());
  }
}
