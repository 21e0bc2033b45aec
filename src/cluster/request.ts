import { text } from 'node:stream/consumers';
import { EdgeVmError } from '../support/errors.js';
import { retryAfterMs, sleep } from '../support/waiting.js';
import { delayOf } from '../support/backoff.js';
import type { Backoff } from '../support/backoff.js';
import { responseError } from './classify.js';
import type { Subject } from './classify.js';
import { abortError, isTransient, networkError } from './network-error.js';
import type { Transport, WireRequest } from './transport.js';

/** Limits of one call; the defaults suit a person waiting at a terminal. */
export interface CallLimits {
  /** Milliseconds for a call with all its attempts. */
  deadlineMs: number;
  attempts: number;
  backoff: Backoff;
}

export const defaultLimits: CallLimits = { deadlineMs: 30_000, attempts: 6, backoff: { firstMs: 200, maxMs: 5_000 } };

export interface Call extends Omit<WireRequest, 'refresh'> {
  subject: Subject;
  /** May be sent again when it is not known whether it was done. */
  idempotent: boolean;
}

export interface Answer {
  code: number;
  body: unknown;
}

type Outcome = { answer: Answer } | { error: EdgeVmError; retryMs?: number };

/**
 * Sends a call and reads its JSON answer. Tries again on 429 (which the server did not begin to do), and for
 * idempotent calls on 5xx and lost connections; once with new credentials on 401.
 */
export async function request(transport: Transport, call: Call, limits: CallLimits = defaultLimits): Promise<Answer> {
  const deadline = AbortSignal.timeout(limits.deadlineMs);
  const signal = call.signal ? AbortSignal.any([call.signal, deadline]) : deadline;
  let refreshed = false;
  let refresh = false;
  let outcome: Outcome | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const next = await attemptOnce(transport, { ...call, signal, refresh });
    refresh = false;
    if (call.signal?.aborted) throw abortError(call.signal);
    // An attempt cut by the deadline says less than the one before it.
    if (!(deadline.aborted && outcome)) outcome = next;
    if ('answer' in outcome) return outcome.answer;
    if (outcome.error.code === 'cluster-unauthorized' && !refreshed && outcome.error.details['status'] === 401) {
      refreshed = refresh = true;
      continue;
    }
    if (outcome.retryMs === undefined || attempt >= limits.attempts || deadline.aborted) throw outcome.error;
    await sleep(Math.max(outcome.retryMs, delayOf(attempt, limits.backoff)), signal);
    if (call.signal?.aborted) throw abortError(call.signal);
    if (deadline.aborted) throw outcome.error;
  }
}

async function attemptOnce(transport: Transport, call: Call & { refresh: boolean }): Promise<Outcome> {
  try {
    const response = await transport.send(call);
    const code = response.statusCode ?? 0;
    const body = await text(response);
    if (code < 300) return { answer: { code, body: parse(body, call.subject.server) } };
    const error = responseError(code, body, call.subject);
    // A refusal stays one, unless it is a webhook's that did not answer.
    const final = error.code === 'admission-refused' && error.details['webhook'] === undefined;
    const again = code === 429 || (code >= 500 && call.idempotent && !final);
    return again ? { error, retryMs: retryAfterMs(response.headers['retry-after']) } : { error };
  } catch (error) {
    if (EdgeVmError.is(error)) return { error };
    if (call.signal?.aborted) return { error: noAnswer(call.subject.server) };
    const told = networkError(error, call.subject.server);
    return call.idempotent && isTransient(error) ? { error: told, retryMs: 0 } : { error: told };
  }
}

function noAnswer(server: string): EdgeVmError {
  return new EdgeVmError('no-cluster', `the API server ${server} does not answer in time`, { hint: 'Check VPN, firewall and the health of the cluster' });
}

function parse(body: string, server: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // A captive portal or a proxy's page; its text is not for an error.
    throw new EdgeVmError('no-cluster', `${server} did not answer with JSON`, { hint: 'Is this the API server? Check the server URL and proxies' });
  }
}
