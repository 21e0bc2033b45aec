import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';

/** A proxy on loopback; only it can resolve the names. */
export interface FakeProxy {
  port: number;
  /** `host:port` of each requested connection. */
  asked: string[];
  /** Plain requests, which have their whole URL. */
  forwarded: string[];
  /** TCP connections from clients. */
  connections: number;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** `host:port` → port on loopback. Other targets cannot be reached. */
  names: Record<string, number>;
  /** `user:password` that it asks for. */
  login?: string;
  tls?: { key: string; cert: string };
  /** Sent instead of an answer to CONNECT. */
  answer?: (socket: Socket, request: IncomingMessage) => void;
}

/** An HTTP proxy: CONNECT, and plain requests with the whole URL. */
export async function startProxy({ names, login, tls, answer }: ProxyOptions): Promise<FakeProxy> {
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  const refuses = (incoming: IncomingMessage): boolean => login !== undefined && incoming.headers['proxy-authorization'] !== `Basic ${Buffer.from(login).toString('base64')}`;
  const proxy = await listening(server);
  server.on('connect', (incoming: IncomingMessage, client: Socket) => {
    const target = incoming.url ?? '';
    proxy.asked.push(target);
    client.on('error', () => client.destroy());
    if (answer !== undefined) return answer(client, incoming);
    if (refuses(incoming)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="corp"\r\n\r\n');
    join(client, names[target], 'HTTP/1.1 200 Connection established\r\n\r\n', 'HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  server.on('request', (incoming: IncomingMessage, outgoing: import('node:http').ServerResponse) => {
    proxy.forwarded.push(incoming.url ?? '');
    const url = new URL(incoming.url ?? '', 'http://none');
    if (refuses(incoming)) return void outgoing.writeHead(407, { 'proxy-authenticate': 'Basic realm="corp"' }).end();
    const port = names[url.host];
    if (port === undefined) return void outgoing.writeHead(502).end('<html>');
    incoming.pipe(request({ host: '127.0.0.1', port, path: url.pathname + url.search, method: incoming.method, headers: incoming.headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(outgoing);
    }));
  });
  return proxy;
}

/** A SOCKS5 proxy. It refuses a client that resolves names itself. */
export async function startSocks({ names, login }: Pick<ProxyOptions, 'names' | 'login'>): Promise<FakeProxy> {
  const server = createTcpServer((client) => {
    client.on('error', () => client.destroy());
    void speak(client).catch(() => client.destroy());
  });
  const proxy = await listening(server);
  async function speak(client: Socket): Promise<void> {
    const [, count = 0] = await read(client, 2);
    const methods = await read(client, count);
    const wanted = login === undefined ? 0 : 2;
    client.write(Buffer.from([5, methods.includes(wanted) ? wanted : 255]));
    if (!methods.includes(wanted)) return void client.end();
    if (login !== undefined) {
      const user = await read(client, (await read(client, 2))[1]!);
      const password = await read(client, (await read(client, 1))[0]!);
      const right = `${user.toString()}:${password.toString()}` === login;
      client.write(Buffer.from([1, right ? 0 : 1]));
      if (!right) return void client.end();
    }
    const [, , , type] = await read(client, 4);
    const host = type === 3 ? (await read(client, (await read(client, 1))[0]!)).toString() : [...await read(client, type === 1 ? 4 : 16)].join('.');
    const port = (await read(client, 2)).readUInt16BE();
    proxy.asked.push(`${host}:${port}`);
    const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    join(client, names[`${host}:${port}`], reply(0), reply(4));
  }
  return proxy;
}

async function read(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const chunk = socket.read(count) as Buffer | null;
    if (chunk !== null) return chunk;
    await once(socket, 'readable');
  }
}

function join(client: Socket, port: number | undefined, yes: string | Buffer, no: string | Buffer): void {
  if (port === undefined) return void client.end(no);
  const upstream = connect(port, '127.0.0.1', () => {
    client.write(yes);
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => client.destroy());
  upstream.on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
}

async function listening(server: Server): Promise<FakeProxy> {
  const sockets = new Set<Socket>();
  const proxy: FakeProxy = {
    port: 0, asked: [], forwarded: [], connections: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    proxy.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
