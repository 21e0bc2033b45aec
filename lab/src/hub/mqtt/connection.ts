import type { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { parser, writeToStream, type IConnectPacket, type IPublishPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import type { HubContext } from '../context.js';
import { ConnectionRefused } from '../control/rules.js';
import { beginSession, endSession } from '../sessions/lifecycle.js';
import type { Identity } from '../store/model.js';
import { authenticateConnect, ReturnCode } from './connect-auth.js';
import { handlePublish } from './publish.js';
import { mqttSession, type MqttSession } from './session.js';
import { maySubscribe } from './topics.js';

/** The hub closes the connection of a client that sends nothing in this time. */
const CONNECT_DEADLINE_MS = 30_000;
/** The largest delay that a timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Speaks MQTT 3.1.1 with one client over a TLS or WebSocket stream. The hub is not a broker: a client's messages never
 * reach another client.
 */
export function serveMqtt(hub: HubContext, stream: Duplex, certificate: X509Certificate | undefined): void {
  const connection = new Connection(hub, stream, certificate);
  const packets = parser({ protocolVersion: 4 });
  // One packet after the other, also if a rule delays an answer.
  let work = Promise.resolve();
  packets.on('packet', (packet: Packet) => {
    work = work
      .then(() => connection.receive(packet))
      .catch((error: unknown) => {
        if (!(error instanceof ConnectionRefused)) hub.report(error);
        connection.end();
      });
  });
  packets.on('error', () => connection.end());
  stream.on('data', (chunk: Buffer) => packets.parse(chunk));
  stream.on('error', () => connection.end());
  stream.on('close', () => connection.end());
}

class Connection {
  readonly #hub: HubContext;
  readonly #stream: Duplex;
  readonly #certificate: X509Certificate | undefined;
  #session: MqttSession | undefined;
  #identity: Identity | undefined;
  #ended = false;
  #silence: NodeJS.Timeout | undefined;
  #silenceMs = CONNECT_DEADLINE_MS;
  #expiry: NodeJS.Timeout | undefined;

  constructor(hub: HubContext, stream: Duplex, certificate: X509Certificate | undefined) {
    this.#hub = hub;
    this.#stream = stream;
    this.#certificate = certificate;
    this.#awaitPacket();
  }

  async receive(packet: Packet): Promise<void> {
    if (this.#ended) return;
    this.#awaitPacket();
    if (this.#session === undefined) {
      if (packet.cmd === 'connect') await this.#connect(packet);
      else this.end();
      return;
    }
    await this.#dispatch(this.#session, packet);
  }

  /** Ends the connection, once. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#expiry);
    this.#stream.destroy();
    if (this.#session !== undefined && this.#identity !== undefined) endSession(this.#hub, this.#session, this.#identity);
  }

  async #connect(packet: IConnectPacket): Promise<void> {
    try {
      await this.#hub.rules.apply('mqtt-connect', packet.clientId.split('/')[0]);
    } catch (error) {
      return error instanceof ConnectionRefused ? this.end() : this.#refuse(ReturnCode.unavailable);
    }
    const result = authenticateConnect(this.#hub, packet, this.#certificate);
    if (!result.ok) {
      this.#hub.rules.note('mqtt-connect', 401);
      return this.#refuse(result.returnCode);
    }
    this.#hub.rules.note('mqtt-connect', 200);
    this.#silenceMs = packet.keepalive ? packet.keepalive * 1500 : 0;
    this.#awaitPacket();
    this.#open(packet, result.identity, result.expiresAt);
  }

  #open(packet: IConnectPacket, identity: Identity, expiresAt: number | undefined): void {
    const { deviceId, moduleId } = identity;
    const { subscriptions, present } = this.#hub.sessions.restore(deviceId, moduleId, packet.clean ?? true);
    this.#identity = identity;
    this.#session = mqttSession({
      deviceId,
      moduleId,
      connectedAt: this.#hub.now(),
      subscriptions,
      publish: (topic, payload) => this.#write({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }),
      close: () => this.end(),
    });
    if (expiresAt !== undefined) {
      this.#expiry = setTimeout(() => this.end(), Math.min(expiresAt - this.#hub.now(), MAX_TIMER_MS)).unref();
    }
    this.#write({ cmd: 'connack', returnCode: ReturnCode.accepted, sessionPresent: present });
    beginSession(this.#hub, this.#session, identity);
  }

  async #dispatch(session: MqttSession, packet: Packet): Promise<void> {
    switch (packet.cmd) {
      case 'publish':
        return this.#publish(session, packet);
      case 'subscribe':
        return this.#subscribe(session, packet);
      case 'unsubscribe':
        for (const topic of packet.unsubscriptions) session.subscriptions.delete(topic);
        return this.#write({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [] });
      case 'pingreq':
        return this.#write({ cmd: 'pingresp' });
      case 'puback':
        return;
      default:
        // DISCONNECT, a second CONNECT or QoS 2 end the connection.
        this.end();
    }
  }

  async #publish(session: MqttSession, packet: IPublishPacket): Promise<void> {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (packet.qos === 2 || !(await handlePublish(this.#hub, session, packet.topic, payload))) return this.end();
    if (packet.qos === 1 && packet.messageId !== undefined) this.#write({ cmd: 'puback', messageId: packet.messageId });
  }

  #subscribe(session: MqttSession, packet: ISubscribePacket): void {
    if (!packet.subscriptions.every(({ topic }) => maySubscribe(topic, session))) return this.end();
    for (const { topic } of packet.subscriptions) session.subscriptions.add(topic);
    this.#write({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(({ qos }) => Math.min(qos, 1)) });
    this.#hub.sessions.changed();
  }

  #refuse(returnCode: number): void {
    this.#write({ cmd: 'connack', returnCode, sessionPresent: false });
    this.#stream.end(() => this.end());
  }

  #write(packet: Packet): void {
    if (!this.#ended && this.#stream.writable) writeToStream(packet, this.#stream);
  }

  /** Ends the connection if no packet comes for 1.5 times the keep-alive. */
  #awaitPacket(): void {
    clearTimeout(this.#silence);
    if (this.#silenceMs > 0) this.#silence = setTimeout(() => this.end(), Math.min(this.#silenceMs, MAX_TIMER_MS)).unref();
  }
}
