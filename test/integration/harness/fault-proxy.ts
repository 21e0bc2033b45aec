import { Agent, createServer as createTlsServer, request as httpsRequest } from 'node:https';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

/** A request on its way to a server. */
export interface Passing {
  method: string;
  path: string;
  /** Changes something: neither a read nor a question about rights, nor a dry run. */
  writes: boolean;
  /** `apply secrets`, `create namespaces`, …; for a write. */
  what: string;
  /** When it came, in milliseconds since the epoch. */
  at: number;
  /** Status of the answer, when there is one. */
  status?: number;
}

/** What becomes of a request. */
export type Fate =
  | 'pass'
  /** The connection is cut before the server gets the request. */
  | 'drop'
  /** The server does it, but the client never gets the answer. */
  | 'drop-answer'
  /** The same, and this is called before the connection is cut: a client that it kills cannot try again. */
  | { dropAnswerAfter: () => void }
  /** The server does it, and the client gets the answer later. */
  | { answerAfter: Promise<void> }
  | { status: number; body: string; headers?: Record<string, string> }
  /** Another path, so that the server itself answers that something does not exist. */
  | { path: string };

export interface FaultProxy {
  /** Every request so far. */
  seen: Passing[];
  /** Decides on each request. At first it lets all pass. */
  decide: (request: Passing) => Fate | Promise<Fate>;
  /** Cuts every open connection, watches in the middle included. */
  cut: () => void;
  /** Cuts only the connections whose answer has begun and goes on: watches. */
  cutWatches: () => void;
  close: () => Promise<void>;
}

export interface FaultProxyOptions {
  /** The server, which speaks TLS. */
  target: { host: string; port: string; tls: { ca: Buffer; cert?: Buffer; key?: Buffer; servername?: string } };
  /** The Host header that the server gets; default: that of the client. */
  hostHeader?: string;
  /** With it, the proxy speaks TLS too. */
  tls?: { cert: Buffer; key: Buffer };
  describe: (incoming: IncomingMessage, body: Buffer) => Omit<Passing, 'at'>;
}

/** A proxy in front of a server that simulates a bad network. */
export async function startFaultProxy({ target, hostHeader, tls, describe }: FaultProxyOptions): Promise<FaultProxy & { port: number }> {
  const agent = new Agent({ keepAlive: true, ...target.tls });
  const sockets = new Set<Socket>();
  const watches = new Set<Socket>();
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const proxy: FaultProxy & { port: number } = {
    port: (server.address() as AddressInfo).port,
    seen: [],
    decide: () => 'pass',
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    cutWatches() {
      for (const socket of watches) socket.destroy();
    },
    async close() {
      agent.destroy();
      proxy.cut();
      server.close();
      await once(server, 'close');
    },
  };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const passing: Passing = { ...describe(incoming, body), at: Date.now() };
    proxy.seen.push(passing);
    const fate = await proxy.decide(passing);
    if (fate === 'drop') return void incoming.socket.destroy();
    if (typeof fate === 'object' && 'status' in fate) return void outgoing.writeHead(fate.status, { 'content-type': 'application/json', ...fate.headers }).end(fate.body);
    const answer = await forward(incoming, typeof fate === 'object' && 'path' in fate ? fate.path : passing.path, body, outgoing);
    if (answer.statusCode !== undefined) passing.status = answer.statusCode;
    const after = typeof fate === 'object' && 'dropAnswerAfter' in fate ? fate.dropAnswerAfter : undefined;
    if (fate === 'drop-answer' || after !== undefined) {
      await buffer(answer);
      after?.();
      return void incoming.socket.destroy();
    }
    if (typeof fate === 'object' && 'answerAfter' in fate) await fate.answerAfter;
    if (passing.path.includes('watch=true')) {
      watches.add(incoming.socket);
      outgoing.on('close', () => watches.delete(incoming.socket));
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    // Without it, a watch without events would look as if it got no answer.
    outgoing.flushHeaders();
    answer.pipe(outgoing);
  }

  function forward(incoming: IncomingMessage, path: string, body: Buffer, outgoing: ServerResponse): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { ...incoming.headers, ...(hostHeader === undefined ? {} : { host: hostHeader }) };
      const onward = httpsRequest({ agent, host: target.host, port: target.port, method: incoming.method, path, headers }, resolve);
      onward.on('error', reject);
      outgoing.on('close', () => onward.destroy());
      onward.end(body);
    });
  }

  return proxy;
}
