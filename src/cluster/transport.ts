import type { ClientRequest, IncomingMessage } from 'node:http';
import { orDestroy } from '../net/or-destroy.js';
import { wayTo, type Way } from '../net/way.js';
import { abortError } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import { retryAfterMs } from '../support/waiting.js';
import { Gate } from './gate.js';
import type { Trusts } from './network-error.js';
import type { Credentials, CredentialSource } from './shared-credentials.js';
import { Traffic, type ClusterStats } from './traffic.js';

export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  path: string;
  body?: string;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
}

/** Sends one request over the shared connections; the answer's body is the caller's to read to its end, or to destroy. */
export interface Transport {
  readonly server: string;
  /** Name of the proxy on the way, for people. */
  readonly proxy?: string | undefined;
  readonly trusts?: Trusts;
  readonly closed: boolean;
  readonly stats: ClusterStats;
  /** What all calls over this transport wait for. */
  readonly gate: Gate;
  /** Whether the server can begin a watch with the list of objects. `undefined` until the first watch has found out; the others wait for it. */
  streamsLists: Promise<boolean> | undefined;
  /**
   * Credentials for `send`, in a call of their own: a credential plugin may wait for a person, and that time must not count for
   * the API server. Rejects with an `EdgeVmError`.
   */
  authorize(signal?: AbortSignal): Promise<Credentials>;
  /** New credentials, after the server answered 401 to these. */
  renew(refused: Credentials, signal?: AbortSignal): Promise<Credentials>;
  send(request: WireRequest, credentials: Credentials): Promise<IncomingMessage>;
  close(): void;
}

/** A transport for one API server: one keep-alive agent, since a TLS handshake costs more than a request. */
export function createTransport(server: string, credentials: CredentialSource, { way = wayTo(new URL(server), { env: {} }), trusts = 'context', concurrency, beforeSend }: { way?: Way; trusts?: Trusts; concurrency?: number | undefined; beforeSend?: (() => void) | undefined } = {}): Transport {
  const base = new URL(server);
  const open = new Set<ClientRequest>();
  const stats = new Traffic();
  const gate = new Gate({ limit: concurrency });
  let closed = false;

  async function ready(work: Promise<Credentials>, signal: AbortSignal | undefined): Promise<Credentials> {
    try {
      return await work;
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      throw closed && !EdgeVmError.is(error) ? new EdgeVmError('no-cluster', 'the connection to the cluster was closed') : error;
    }
  }

  async function send(wire: WireRequest, { tls, headers }: Credentials): Promise<IncomingMessage> {
    if (closed) throw new Error('the cluster connection was closed');
    // Between there and here it may have fired, and a signal that has fired fires no more.
    wire.signal?.throwIfAborted();
    stats.requests += 1;
    return new Promise((resolve, reject) => {
      const request = way.request({
        ...tls,
        host: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port || (base.protocol === 'https:' ? 443 : 80),
        method: wire.method,
        path: way.prefix + base.pathname.replace(/\/$/, '') + wire.path,
        agent: way.agent,
        headers: { ...way.headers, ...headers, ...headersOf(wire) },
      });
      const abort = (): void => void request.destroy(asError(wire.signal?.reason));
      wire.signal?.addEventListener('abort', abort, { once: true });
      if (wire.signal?.aborted) abort();
      let code: number | undefined;
      open.add(request);
      request.once('socket', () => {
        if (!request.reusedSocket) stats.connections += 1;
        orDestroy(request, beforeSend);
      });
      request.once('close', () => {
        if (code === undefined) stats.answered(wire, undefined);
        open.delete(request);
        wire.signal?.removeEventListener('abort', abort);
      });
      request.once('response', (answer) => {
        code = answer.statusCode ?? 0;
        stats.answered(wire, code);
        if (code === 429 || code === 503) gate.pause(retryAfterMs(answer.headers['retry-after']));
        const blamed = way.blame(answer);
        if (blamed === answer) resolve(answer);
        else {
          answer.destroy();
          reject(blamed);
        }
      });
      // It stays attached, so that an error after the response does not become an uncaught one.
      request.on('error', (error) => reject(wire.signal?.aborted || closed ? error : way.blame(error) as Error));
      request.end(wire.body);
    });
  }

  return {
    server,
    proxy: way.proxy?.name,
    trusts,
    stats,
    gate,
    streamsLists: undefined,
    get closed() {
      return closed;
    },
    authorize: (signal) => ready(credentials.get(signal), signal),
    renew: (refused, signal) => ready(credentials.renew(refused, signal), signal),
    send,
    close() {
      closed = true;
      gate.close();
      credentials.close();
      for (const request of open) request.destroy();
      way.agent.destroy();
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
