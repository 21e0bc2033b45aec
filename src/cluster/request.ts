import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { EdgeVmError } from '../support/errors.js';
import { retrying } from '../support/retry.js';
import type { Failure, RetryLimits } from '../support/retry.js';
import { retryAfterMs } from '../support/waiting.js';
import { isUnauthorized, responseError } from './classify.js';
import type { Subject } from './classify.js';
import { isTransient, networkError } from './network-error.js';
import { sureOfNotServed } from './not-served.js';
import type { Credentials } from './shared-credentials.js';
import type { Transport, WireRequest } from './transport.js';

/** Limits of one call, short enough for a person who waits at a terminal. */
export const defaultLimits: RetryLimits = { deadlineMs: 30_000, attempts: 6, backoff: { firstMs: 200, maxMs: 5_000 } };

export interface Call extends WireRequest {
  subject: Subject;
  /** May be sent again, even if the first one perhaps succeeded. */
  idempotent: boolean;
}

export interface Answer {
  code: number;
  body: unknown;
}

/** An answer of 300 or more. */
class Refusal extends Error {
  constructor(readonly code: number, readonly body: string, readonly headers: IncomingHttpHeaders) {
    super(`HTTP ${code}`);
  }
}

/**
 * Sends a call and reads its JSON answer. Tries again on 429 (the server has not done anything then). Tries
 * idempotent calls again on 5xx and lost connections. Tries once with new credentials on 401. The limits do not count
 * the time that it takes to get credentials, and to get a turn among all calls.
 */
export async function request(transport: Transport, call: Call, limits: RetryLimits = defaultLimits): Promise<Answer> {
  const credentials = await transport.authorize(call.signal);
  const leave = await transport.gate.enter(call.signal);
  try {
    return await attempts(transport, call, credentials, limits);
  } catch (error) {
    if (!isUnauthorized(error)) throw await sureOfNotServed(transport, error, call.signal);
    return await attempts(transport, call, await transport.renew(credentials, call.signal), limits);
  } finally {
    leave();
  }
}

function attempts(transport: Transport, call: Call, credentials: Credentials, limits: RetryLimits): Promise<Answer> {
  return retrying(async (signal) => {
    // Another call may have learned that all must wait.
    await transport.gate.open(signal);
    const response = await transport.send({ ...call, signal }, credentials);
    const code = response.statusCode ?? 0;
    const body = await text(response);
    if (code >= 300) throw new Refusal(code, body, response.headers);
    return { code, body: parse(body, call.subject.server) };
  }, (error) => classify(error, call, transport), { limits, signal: call.signal });
}

function classify(error: unknown, { subject, idempotent }: Call, transport: Transport): Failure {
  if (error instanceof Refusal) {
    const answer = responseError(error.code, error.body, subject, error.headers);
    // A refusal is final, unless a webhook did not answer.
    const final = answer.code === 'admission-refused' && answer.details['webhook'] === undefined;
    return { error: answer, again: error.code === 429 || (error.code >= 500 && idempotent && !final), afterMs: retryAfterMs(error.headers['retry-after']) };
  }
  if (EdgeVmError.is(error)) return { error, again: false, afterMs: 0 };
  if ((error as Error | undefined)?.name === 'TimeoutError') return { error: noAnswer(transport), again: false, afterMs: 0 };
  return { error: networkError(error, transport), again: idempotent && isTransient(error), afterMs: 0 };
}

function noAnswer({ server, proxy }: Transport): EdgeVmError {
  const through = proxy === undefined ? '' : ` through proxy ${proxy}`;
  return new EdgeVmError('no-cluster', `the API server ${server} does not answer in time${through}`, { hint: `Check ${proxy === undefined ? '' : 'the proxy, '}VPN, firewall, and whether the cluster works` });
}

function parse(body: string, server: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // The page of a captive portal or a proxy. No error has its text.
    throw new EdgeVmError('no-cluster', `${server} did not answer with JSON`, { hint: 'Is this the API server? Check the server URL and proxies' });
  }
}
