import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { joined } from '../support/abort.js';
import { isUnauthorized, notAnApiServer, responseError } from './classify.js';
import type { Subject } from './classify.js';
import { sureOfNotServed } from './not-served.js';
import type { Credentials } from './shared-credentials.js';
import type { Transport } from './transport.js';

export interface StreamOptions {
  signal: AbortSignal;
  /** Milliseconds until the answer must begin; no limit if absent. The time to get credentials does not count. */
  beginMs?: number;
  /** Do not try again after 401: the caller then asks by another call. */
  once?: boolean;
}

/**
 * Opens a long answer (watch, log); on 401 once again with new credentials. Throws an EdgeVmError for an answer of 300 or more, and what
 * Node throws for a lost connection.
 */
export async function openStream(transport: Transport, path: string, subject: Subject, options: StreamOptions): Promise<IncomingMessage> {
  const credentials = await transport.authorize(options.signal);
  await transport.gate.open(options.signal);
  try {
    return await open(transport, path, subject, options, credentials);
  } catch (error) {
    if (!isUnauthorized(error) || options.once === true) throw await sureOfNotServed(transport, error, options.signal);
    return open(transport, path, subject, options, await transport.renew(credentials, options.signal));
  }
}

async function open(transport: Transport, path: string, subject: Subject, { signal, beginMs }: StreamOptions, credentials: Credentials): Promise<IncomingMessage> {
  const late = new AbortController();
  const both = joined(signal, late.signal);
  let isOpen = false;
  const timer = beginMs === undefined ? undefined : setTimeout(() => late.abort(), beginMs);
  try {
    const response = await transport.send({ method: 'GET', path, accept: '*/*', signal: both.signal }, credentials);
    const code = response.statusCode ?? 0;
    if (code >= 300) throw responseError(code, await text(response), subject, response.headers);
    if (!/html/.test(response.headers['content-type'] ?? '')) {
      isOpen = true;
      response.once('close', both.release);
      return response;
    }
    response.destroy();
    throw notAnApiServer(transport.server, code);
  } finally {
    if (!isOpen) both.release();
    clearTimeout(timer);
  }
}
