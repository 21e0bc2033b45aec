import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { isLogin, type Login } from './login.js';

export interface ProxyOptions {
  host: string;
  port: number;
  /** Names below it have the address `host`. Guests of the lab can resolve them, this machine's own resolver cannot. */
  domain: string;
  login: Login;
}

/** What somebody asked the proxy for. */
export interface ProxyRequest {
  method: string;
  /** `host:port` */
  target: string;
  /** Path and query; absent for CONNECT. */
  path?: string;
  /** With the right login; without it the request was refused. */
  authorized: boolean;
}

/** An HTTP proxy that requires a login, as many sites have, and its list of all requests. */
export interface Proxy {
  port: number;
  requests: ProxyRequest[];
  /** The targets of the tunnels that are open now. */
  tunnels: () => string[];
  close: () => Promise<void>;
}

export async function startProxy({ host, port, domain, login }: ProxyOptions): Promise<Proxy> {
  const requests: ProxyRequest[] = [];
  const open = new Map<Socket, string>();
  const sockets = new Set<Socket>();
  const addressOf = (name: string): string => (name.endsWith(`.${domain}`) ? host : name);
  const note = ({ method = '', headers }: IncomingMessage, target: string, path?: string): boolean => {
    const authorized = isLogin(headers['proxy-authorization'], login);
    requests.push({ method, target, ...(path === undefined ? {} : { path }), authorized });
    return authorized;
  };

  function forward(message: IncomingMessage, response: ServerResponse): void {
    if (!URL.canParse(message.url ?? '')) return void response.writeHead(400).end();
    const url = new URL(message.url ?? '');
    const path = url.pathname + url.search;
    if (!note(message, `${url.hostname}:${url.port || 80}`, path)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic realm="lab"' }).end();
    const { 'proxy-authorization': _login, 'proxy-connection': _connection, ...headers } = message.headers;
    const upstream = httpRequest({ host: addressOf(url.hostname), port: url.port || 80, path, method: message.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => {});
    });
    upstream.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    pipeline(message, upstream, () => {});
  }

  function tunnel(message: IncomingMessage, client: Socket, head: Buffer): void {
    client.on('error', () => client.destroy());
    const target = message.url ?? '';
    const [name = '', at = ''] = target.split(':');
    if (!note(message, target)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="lab"\r\nContent-Length: 0\r\n\r\n');
    const upstream = connect(Number(at), addressOf(name), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      open.set(upstream, target);
      pipeline(client, upstream, client, () => {});
    });
    sockets.add(upstream);
    upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    upstream.on('close', () => {
      open.delete(upstream);
      sockets.delete(upstream);
    });
  }

  const server = createServer(forward);
  server.on('connect', tunnel);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    tunnels: () => [...open.values()],
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
