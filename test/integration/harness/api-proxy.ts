import { Agent, request as httpsRequest } from 'node:https';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** A request on its way to the API server. */
export interface Passing {
  method: string;
  path: string;
  /** Changes something: neither a read nor a question about rights, nor a dry run. */
  writes: boolean;
  /** `apply secrets`, `create namespaces`, …; for a write. */
  what: string;
  /** Status of the answer, when there is one. */
  status?: number;
}

/** What becomes of a request. */
export type Fate =
  | 'pass'
  /** The connection is cut before the API server gets the request. */
  | 'drop'
  /** The API server does it, but the client never gets the answer. */
  | 'drop-answer'
  /** The same, and this is called before the connection is cut: a client that it kills cannot try again. */
  | { dropAnswerAfter: () => void }
  | { status: number; body: string; headers?: Record<string, string> }
  /** Another path, so that the API server itself answers that something does not exist. */
  | { path: string };

export interface ApiProxy {
  /** A kubeconfig that leads through the proxy. */
  kubeconfig: string;
  /** Every request so far. */
  seen: Passing[];
  /** Decides on each request. At first it lets all pass. */
  decide: (request: Passing) => Fate | Promise<Fate>;
  /** Cuts every open connection, watches in the middle included. */
  cut: () => void;
  close: () => Promise<void>;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/**
 * A proxy between edge-vm and the API server, with the rights of a kubeconfig, as `kubectl proxy` is. It simulates a bad
 * network, or a server without some type.
 */
export async function startApiProxy(options: { kubeconfig: string; namespace: string; folder: string }): Promise<ApiProxy> {
  const target = await readTarget(options.kubeconfig);
  const agent = new Agent({ keepAlive: true, ...target.tls });
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const proxy: ApiProxy = {
    kubeconfig: join(options.folder, `proxy-${port}.kubeconfig`),
    seen: [],
    decide: () => 'pass',
    cut() {
      for (const socket of sockets) socket.destroy();
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
    const passing = describe(incoming, body);
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
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    // Without it, a watch without events would look as if it got no answer.
    outgoing.flushHeaders();
    answer.pipe(outgoing);
  }

  function forward(incoming: IncomingMessage, path: string, body: Buffer, outgoing: ServerResponse): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const onward = httpsRequest({ agent, host: target.host, port: target.port, method: incoming.method, path, headers: { ...incoming.headers, host: target.host } }, resolve);
      onward.on('error', reject);
      outgoing.on('close', () => onward.destroy());
      onward.end(body);
    });
  }

  await writeFile(proxy.kubeconfig, kubeconfigFor(`http://127.0.0.1:${port}`, options.namespace), { mode: 0o600 });
  return proxy;
}

function describe(incoming: IncomingMessage, body: Buffer): Passing {
  const method = incoming.method ?? 'GET';
  const path = incoming.url ?? '/';
  const parts = path.split('?', 1)[0]!.split('/').filter(Boolean);
  const afterNamespace = parts.includes('namespaces') && parts.length > parts.indexOf('namespaces') + 2 ? parts[parts.indexOf('namespaces') + 2]! : parts.at(method === 'POST' ? -1 : -2)!;
  const isReview = /selfsubject(?:access|rules)reviews/.test(path);
  const writes = method !== 'GET' && !isReview && !path.includes('dryRun=All');
  const verb = method === 'PATCH' && String(incoming.headers['content-type']).includes('apply-patch') ? 'apply' : method.toLowerCase();
  return { method, path, writes, what: `${verb} ${afterNamespace}${body.length > 0 && verb === 'apply' && body.includes('ownerReferences') ? ' with owner' : ''}` };
}

async function readTarget(file: string): Promise<{ host: string; port: string; tls: { ca: Buffer; cert: Buffer; key: Buffer } }> {
  const { clusters, users } = JSON.parse(await readFile(file, 'utf8')) as Kubeconfig;
  const { hostname, port } = new URL(clusters[0]!.cluster.server);
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  const { user } = users[0]!;
  const tls = { ca: decode(clusters[0]!.cluster['certificate-authority-data']), cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) };
  return { host: hostname, port, tls };
}

/** A kubeconfig without credentials for a server. */
export function kubeconfigFor(server: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  });
}
