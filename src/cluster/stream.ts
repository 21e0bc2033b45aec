import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { responseError } from './classify.js';
import type { Subject } from './classify.js';
import type { Transport } from './transport.js';

/** Opens a long answer (watch, log). Throws an EdgeVmError for an answer of 300 or more, and what Node throws for a lost connection. */
export async function openStream(transport: Transport, path: string, subject: Subject, signal: AbortSignal): Promise<IncomingMessage> {
  const response = await transport.send({ method: 'GET', path, accept: '*/*', signal });
  const code = response.statusCode ?? 0;
  if (code < 300) return response;
  throw responseError(code, await text(response), subject);
}
