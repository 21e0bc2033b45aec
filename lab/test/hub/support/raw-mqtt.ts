import { connect, type TLSSocket } from 'node:tls';
import { generate, parser, type Packet } from 'mqtt-packet';
import { HOSTNAME, eventually, type TestHub } from './test-hub.js';

/** A client that breaks rules if the test wants: sends what the test says, keeps what comes. */
export interface RawMqtt {
  received: Packet[];
  closed: boolean;
  send(packet: Packet): void;
  next<T extends Packet['cmd']>(cmd: T): Promise<Extract<Packet, { cmd: T }>>;
  untilClosed(ms?: number): Promise<void>;
  destroy(): void;
}

export interface RawOptions {
  deviceId: string;
  moduleId?: string;
  password?: string;
  username?: string;
  clean?: boolean;
  keepalive?: number;
  protocolVersion?: 3 | 4;
  cert?: string;
  key?: string;
}

/** Connects over TLS and sends CONNECT; `next('connack')` gives the answer. */
export async function rawMqtt(hub: TestHub, options: RawOptions): Promise<RawMqtt> {
  const clientId = options.moduleId === undefined ? options.deviceId : `${options.deviceId}/${options.moduleId}`;
  const socket = connect({
    host: '127.0.0.1',
    port: hub.hub.mqttPort,
    servername: HOSTNAME,
    ca: hub.ca,
    ...(options.cert === undefined ? {} : { cert: options.cert, key: options.key }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  const client = wrap(socket);
  client.send({
    cmd: 'connect',
    protocolId: options.protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion: options.protocolVersion ?? 4,
    clean: options.clean ?? true,
    clientId,
    keepalive: options.keepalive ?? 60,
    username: options.username ?? `${HOSTNAME}/${clientId}/?api-version=2021-04-12`,
    ...(options.password === undefined ? {} : { password: Buffer.from(options.password) }),
  });
  return client;
}

function wrap(socket: TLSSocket): RawMqtt {
  const packets = parser({ protocolVersion: 4 });
  const client: RawMqtt = {
    received: [],
    closed: false,
    send: (packet) => void socket.write(generate(packet)),
    next: <T extends Packet['cmd']>(cmd: T) =>
      eventually(() => {
        const at = client.received.findIndex((packet) => packet.cmd === cmd);
        return at < 0 ? undefined : (client.received.splice(at, 1)[0] as Extract<Packet, { cmd: T }>);
      }, `a packet ${cmd}`),
    untilClosed: async (ms) => void (await eventually(() => client.closed, 'the end of the connection', ms)),
    destroy: () => void socket.destroy(),
  };
  packets.on('packet', (packet: Packet) => client.received.push(packet));
  socket.on('data', (chunk: Buffer) => packets.parse(chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    client.closed = true;
  });
  return client;
}
