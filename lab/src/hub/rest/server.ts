import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { decodeLoosely } from '../auth/sas.js';
import type { HubContext } from '../context.js';
import { ConnectionRefused } from '../control/rules.js';
import { badRequest, errorReply, HubError } from '../errors.js';
import type { JsonValue } from '../store/model.js';
import { dispatch } from './dispatch.js';
import type { HubRequest, Reply } from './types.js';

export interface TlsFiles {
  cert: string;
  key: string;
}

/** The largest body of any operation: 100 devices with twins. */
const MAX_BODY = 8 * 1024 * 1024;

/** The REST side. The server asks for client certificates; the hub checks them later, by thumbprint or CA. */
export function createRestServer(hub: HubContext, tls: TlsFiles): Server {
  const server = createServer({ cert: tls.cert, key: tls.key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    answer(hub, request, response).catch((error: unknown) => {
      hub.report(error);
      request.socket.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

/** The certificate that the client showed in TLS, if any. */
export function clientCertificate(socket: TLSSocket): X509Certificate | undefined {
  return socket.getPeerX509Certificate();
}

async function answer(hub: HubContext, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, await dispatch(hub, await readRequest(message)));
  } catch (error) {
    if (error instanceof ConnectionRefused) {
      message.socket.destroy();
      return;
    }
    if (!(error instanceof HubError)) throw error;
    const reply = errorReply(error, hub.now());
    response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', ...reply.headers });
    response.end(reply.body);
  }
}

async function readRequest(message: IncomingMessage): Promise<HubRequest> {
  // Not with `URL`: it would resolve `.` and `..`, which may be ids.
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/s.exec(message.url ?? '') ?? [];
  return {
    method: message.method ?? 'GET',
    path: path.split('/').slice(1).filter((part, i, all) => part !== '' || i < all.length - 1).map(decodeLoosely),
    query: new URLSearchParams(query),
    headers: message.headers,
    body: await readBody(message),
    certificate: clientCertificate(message.socket as TLSSocket),
  };
}

async function readBody(message: IncomingMessage): Promise<JsonValue> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new HubError(413, 'RequestEntityTooLarge', `A body may hold at most ${MAX_BODY} bytes.`);
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw badRequest('The body is not JSON.');
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.body === undefined) {
    response.writeHead(reply.status, reply.headers);
    response.end();
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', ...reply.headers });
  response.end(JSON.stringify(reply.body));
}
