import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connectHub } from '../../../src/hub/index.js';
import type { Clock } from '../../../src/support/index.js';
import type { ConnectHubOptions } from '../../../src/hub/index.js';
import type { Hub, HubBulk, HubEndpoint } from '../../../src/hub/types.js';
import { SecretValue } from '../../../src/identity/secret.js';
import { certificateFor } from './tls.js';

export const hostname = 'contoso.azure-devices.example';
/** Base64 of "canary-key-of-the-hub-0123456789". */
export const serviceKey = Buffer.from('canary-key-of-the-hub-0123456789').toString('base64');

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export type Play = (seen: Seen, response: ServerResponse, count: number) => void;

export interface FakeHub {
  endpoint: HubEndpoint & { url: string; ca: string };
  seen: Seen[];
  connections: number;
  play: Play;
  connect(options?: Partial<ConnectHubOptions>): Promise<Hub & HubBulk>;
  close(): Promise<void>;
}

const identity = certificateFor(hostname);

/** An HTTPS server with the hub's REST protocol, under the hub's own name. */
export async function startFakeHub(): Promise<FakeHub> {
  const sockets = new Set<Socket>();
  const hubs: Hub[] = [];
  const server = createServer(identity, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub');
    const answer = (body: string): void => {
      const entry = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) };
      fake.seen.push(entry);
      fake.play(entry, response, fake.seen.length);
    };
    text(request).then(answer, () => undefined);
  });
  const fake: FakeHub = {
    endpoint: { url: '', ca: identity.cert },
    seen: [],
    connections: 0,
    play: (_, response) => void response.writeHead(500).end(),
    async connect(options = {}) {
      const connectionString = new SecretValue(`HostName=${hostname};SharedAccessKeyName=iothubowner;SharedAccessKey=${serviceKey}`);
      const hub = await connectHub({ connectionString, endpoint: fake.endpoint, ...options });
      hubs.push(hub);
      return hub;
    },
    async close() {
      for (const hub of hubs) hub.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (socket: Socket) => {
    fake.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  fake.endpoint.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'Content-Type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}

/** The hub's form of an error. */
export function fail(response: ServerResponse, code: number, reason: string, headers: Record<string, string> = {}): void {
  json(response, { Message: `ErrorCode:${reason};words of the hub`, ExceptionMessage: 'Tracking ID:1' }, code, headers);
}

/** Waits take no time, but count. */
export function quickClock(): Clock & { waited: number[] } {
  const waited: number[] = [];
  let passed = 0;
  return {
    waited,
    now: () => Date.now() + passed,
    sleep(ms) {
      waited.push(ms);
      passed += ms;
      return Promise.resolve();
    },
  };
}
