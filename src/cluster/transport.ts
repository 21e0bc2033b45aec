import http from 'node:http';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { untilAborted } from '../support/abort.js';
import type { CredentialSource } from './credentials.js';

export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  path: string;
  body?: string;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
  /** Ask for new credentials: the last answer was 401. */
  refresh?: boolean;
}

/** Sends one request over the shared connections; the answer's body is the caller's to read to its end, or to destroy. */
export interface Transport {
  readonly server: string;
  readonly closed: boolean;
  readonly stats: { requests: number; connections: number };
  /** Whether the server begins a watch with what there is; `undefined` until a first watch has found out, which the others wait for. */
  streamsLists: Promise<boolean> | undefined;
  send(request: WireRequest): Promise<IncomingMessage>;
  close(): void;
}

/** A transport for one API server: one keep-alive agent, since a TLS handshake costs more than a request. */
export function createTransport(server: string, credentials: CredentialSource): Transport {
  const base = new URL(server);
  const secure = base.protocol === 'https:';
  const agentOptions = { keepAlive: true, keepAliveMsecs: 15_000, scheduling: 'lifo' as const };
  const agent = secure ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
  const open = new Set<http.ClientRequest>();
  const stats = { requests: 0, connections: 0 };
  let proxyAgent: http.Agent | undefined;
  let closed = false;

  async function send(wire: WireRequest): Promise<IncomingMessage> {
    // A credential plugin may wait for a person for ever.
    const { tls, headers, proxyAgent: offered } = await untilAborted(credentials(wire.refresh), wire.signal);
    if (offered && !proxyAgent) {
      proxyAgent = offered;
      // client-node makes its proxy agents without keep-alive.
      (proxyAgent as unknown as { keepAlive: boolean }).keepAlive = true;
    }
    if (closed) throw new Error('the cluster connection was closed');
    stats.requests += 1;
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request({
        ...tls,
        host: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port || (secure ? 443 : 80),
        method: wire.method,
        path: base.pathname.replace(/\/$/, '') + wire.path,
        agent: proxyAgent ?? agent,
        headers: { ...headers, ...headersOf(wire) },
      });
      const abort = (): void => void request.destroy(asError(wire.signal?.reason));
      wire.signal?.addEventListener('abort', abort, { once: true });
      open.add(request);
      request.once('socket', () => {
        if (!request.reusedSocket) stats.connections += 1;
      });
      request.once('close', () => {
        open.delete(request);
        wire.signal?.removeEventListener('abort', abort);
      });
      request.once('response', resolve);
      // Stays attached: an error after the response must not become an uncaught one.
      request.on('error', reject);
      request.end(wire.body);
    });
  }

  return {
    server,
    stats,
    streamsLists: undefined,
    get closed() {
      return closed;
    },
    send,
    close() {
      closed = true;
      for (const request of open) request.destroy();
      agent.destroy();
      proxyAgent?.destroy();
    },
  };
}

function headersOf(wire: WireRequest): Record<string, string | number> {
  const headers: Record<string, string | number> = { Accept: wire.accept ?? 'application/json', 'User-Agent': 'edge-vm' };
  if (wire.body !== undefined) {
    headers['Content-Type'] = wire.contentType ?? 'application/json';
    headers['Content-Length'] = Buffer.byteLength(wire.body);
  }
  return headers;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
