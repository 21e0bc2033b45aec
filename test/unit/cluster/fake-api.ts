import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createTransport } from '../../../src/cluster/transport.js';
import type { Transport } from '../../../src/cluster/transport.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import type { ServerIdentity } from '../hub/tls.js';

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Play = (seen: Seen, response: ServerResponse, count: number) => void;

export interface FakeApi {
  url: string;
  seen: Seen[];
  /** TCP connections that were opened. */
  connections: number;
  transport(options?: Parameters<typeof createTransport>[2]): Transport;
  /** Cuts every connection. */
  dropAll(): void;
  /** Writes a kubeconfig with one context `fake` and gives its path. */
  kubeconfig(user?: object, cluster?: object): string;
  close(): Promise<void>;
}

/** An HTTP(S) server with the API's protocol: `play` answers each request; `count` is its number, from 1. */
export async function startFakeApi(play: Play, tls?: ServerIdentity): Promise<FakeApi> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const transports: Transport[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-api-'));
  const listener: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://api');
    const answer = (body: string): void => {
      const entry = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body };
      seen.push(entry);
      play(entry, response, seen.length);
    };
    text(request).then(answer, () => undefined);
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const api: FakeApi = {
    url: '',
    seen,
    connections: 0,
    dropAll() {
      for (const socket of sockets) socket.destroy();
    },
    transport(options = {}) {
      const transport = createTransport(api.url, { get: () => Promise.resolve({ tls: {}, headers: {} }), renew: () => Promise.resolve({ tls: {}, headers: {} }), close: () => undefined }, options);
      transports.push(transport);
      return transport;
    },
    kubeconfig(user = { token: 'token-of-fake' }, cluster = {}) {
      const file = join(folder, 'kubeconfig');
      writeFileSync(file, JSON.stringify({
        apiVersion: 'v1', kind: 'Config', 'current-context': 'fake',
        clusters: [{ name: 'c', cluster: { server: api.url, ...cluster } }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'fake', context: { cluster: 'c', user: 'u', namespace: 'own' } }],
      }));
      return file;
    },
    async close() {
      for (const transport of transports) transport.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  server.on('connection', (socket: Socket) => {
    api.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  api.url = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  return api;
}

export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers with a Status, as the API does for every failure. */
export function status(response: ServerResponse, code: number, more: object = {}, headers: Record<string, string> = {}): void {
  json(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...more }, code, headers);
}

export function pod(name: string, version: string, uid = `uid-${name}`): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'own', uid, resourceVersion: version } };
}
