import { use, type Advice } from '../support/advice.js';
import { cleanText } from '../identity/redact.js';
import type { SecretValue } from '../identity/secret.js';
import { EdgeVmError } from '../support/errors.js';
import { retryAfterMs } from '../support/waiting.js';
import { hubMessage, isHubAnswer } from './messages.js';
import { proxyErrorOf } from '../net/way.js';
import { clockSkew } from './skew.js';
import type { HubMessage } from './messages.js';
import type { Failure } from '../support/retry.js';

/** What a call was about, for the words of its error. */
export interface CallSubject {
  hostname: string;
  /** `read device gw-01`, `create device gw-01`, `read the twin of …`. */
  what: string;
  /** The right of a shared access policy that the call needs. */
  right: 'RegistryRead' | 'RegistryWrite' | 'ServiceConnect';
  /** Texts that must not appear in an error. */
  secrets: readonly SecretValue[];
  /** Name of the proxy on the way, for people. */
  proxy?: string | undefined;
  /** Milliseconds since the epoch, by this machine's clock. */
  now: number;
}

/** `code` of an answer that is not from an IoT hub. */
export const notAHub = 'NOT_A_HUB';

/** azure-iothub's errors: `response` has the answer, and with it the request and its signature. */
interface SdkError {
  code?: string | undefined;
  name?: string | undefined;
  errors?: { code?: string }[] | undefined;
  response?: { statusCode?: number; headers?: Record<string, string | undefined> };
  responseBody?: unknown;
}

/** The meaning of a failed attempt. It takes from the SDK's error only the status and the hub's own words, cleaned. */
export function classify(error: unknown, subject: CallSubject): Failure {
  if (EdgeVmError.is(error)) return { error, again: false, afterMs: 0 };
  const { response, responseBody, code } = (error ?? {}) as SdkError;
  if (code === notAHub) return strangerFailure(subject);
  if (response?.statusCode === undefined) return networkFailure(error, subject);
  const { statusCode, headers } = response;
  // 401 and 5xx can also come without a body.
  if (statusCode < 400 || (statusCode < 500 && statusCode !== 401 && statusCode !== 429 && responseBody !== '' && !isHubAnswer(responseBody))) return strangerFailure(subject, statusCode, headers?.['location']);
  const message = hubMessage(responseBody);
  const text = cleanText(message.text, { max: 500, secrets: subject.secrets });
  const afterMs = Math.max(retryAfterMs(headers?.['retry-after']), statusCode === 429 ? waitOf(message.text) : 0);
  const skew = statusCode === 401 ? clockSkew(headers?.['date'], subject.now) : undefined;
  if (skew !== undefined) {
    return { again: false, afterMs: 0, error: new EdgeVmError('hub-forbidden', `hub ${subject.hostname} does not allow to ${subject.what}: ${skew.words}`, { hint: skew.hint, details: { status: statusCode, clock: true } }) };
  }
  return statusFailure(statusCode, { ...message, text }, afterMs, subject);
}

/** Milliseconds of `Wait 10 seconds and try again`: hubs were seen that say it only in words. */
function waitOf(text: string): number {
  return Number(/\bwait (\d{1,4}) seconds?\b/i.exec(text)?.[1] ?? 0) * 1000;
}

/** The error of one device in the answer to a request about many. `code` is a name or a number, as in `DeviceAlreadyExists` and 409001. */
export function itemError({ code, text }: { code: string | number; text: string }, subject: CallSubject): EdgeVmError {
  const number = Number(code);
  const status = Number.isFinite(number) ? Math.floor(number / 1000) : itemStatus.find(([pattern]) => pattern.test(String(code)))?.[1] ?? 400;
  return statusFailure(status, { code: String(code), text: cleanText(text, { max: 500, secrets: subject.secrets }) }, 0, subject).error;
}

const itemStatus: readonly (readonly [RegExp, number])[] = [[/AlreadyExists/, 409], [/NotFound/, 404], [/Throttl/, 429], [/Precondition/, 412], [/Unauthorized/, 401], [/Quota|TooMany|Maximum/, 403], [/Server|Unavailable|TimedOut|Timeout/, 500]];

function statusFailure(status: number, message: HubMessage, afterMs: number, subject: CallSubject): Failure {
  const details = { status, ...(message.code === undefined ? {} : { reason: message.code }) };
  const final = (error: EdgeVmError): Failure => ({ error, again: false, afterMs: 0 });
  if (status === 401 || (status === 403 && !/Quota|TooMany/i.test(message.code ?? ''))) {
    return final(new EdgeVmError('hub-forbidden', `hub ${subject.hostname} does not allow to ${subject.what}: ${message.text}`, {
      hint: `The credential needs the right ${subject.right} (policies: "iothubowner", or "registryReadWrite" and "service"), a key that is current, and a clock that is right`,
      details: { ...details, right: subject.right },
    }));
  }
  if (status === 429) {
    return { again: true, afterMs, error: new EdgeVmError('hub-throttled', `hub ${subject.hostname} throttles: cannot ${subject.what} now`, {
      hint: 'Too many calls for the hub\'s tier and units; wait, use fewer clients, or add units', details: { ...details, ...(afterMs > 0 ? { retryAfterSeconds: afterMs / 1000 } : {}) },
    }) };
  }
  if (status >= 500) {
    return { again: true, afterMs, error: new EdgeVmError('hub-unreachable', `hub ${subject.hostname} cannot ${subject.what} now: ${message.text}`, {
      hint: 'The hub has a problem, or the device does not answer; try again later', details,
    }) };
  }
  if (status === 403) return final(new EdgeVmError('hub-throttled', `hub ${subject.hostname} has reached a limit: ${message.text}`, { hint: 'Add units, or delete devices that are no longer used', details }));
  if (status === 404) return final(new EdgeVmError('not-found', `hub ${subject.hostname}: cannot ${subject.what}: ${message.text}`, { details }));
  return final(new EdgeVmError(status === 400 ? 'invalid-input' : 'unexpected', `hub ${subject.hostname} refuses to ${subject.what}: ${message.text}`, { details }));
}

const hints: Record<string, { hint: string; advice?: Advice[] }> = {
  ENOTFOUND: { hint: 'There is no such host: check the hub\'s name, DNS and VPN' },
  EAI_AGAIN: { hint: 'The name cannot be looked up: check DNS and VPN' },
  ECONNREFUSED: { hint: 'Nothing listens there: check firewall and proxy, and the endpoint', advice: use('hubEndpoint') },
  CERT_HAS_EXPIRED: { hint: 'Its certificate has expired, or the clock of this machine is wrong' },
  CERT_NOT_YET_VALID: { hint: 'The clock of this machine is behind: the certificate is not valid yet' },
  ERR_TLS_CERT_ALTNAME_INVALID: { hint: 'The certificate there is for another name: check the hub\'s name and the endpoint', advice: use('hubEndpoint') },
};
const transient = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ABORT_ERR', 'TimeoutError']);

/** A failure below HTTP. */
export function networkFailure(failure: unknown, { hostname, what, proxy }: Pick<CallSubject, 'hostname' | 'what' | 'proxy'>): Failure {
  const blamed = proxyErrorOf(failure);
  if (blamed !== undefined) {
    return { again: blamed.transient, afterMs: 0, error: new EdgeVmError('hub-unreachable', `cannot reach hub ${hostname} to ${what}: ${blamed.message}`, { hint: blamed.hint, details: { network: blamed.code, proxy: blamed.proxy, operation: what } }) };
  }
  const error = (failure ?? {}) as SdkError;
  const code = (error.name === 'TimeoutError' ? 'TimeoutError' : error.code ?? error.errors?.find((e) => e.code !== undefined)?.code) ?? error.name ?? 'no code';
  const timedOut = code === 'TimeoutError';
  const through = proxy === undefined ? '' : ` through proxy ${proxy}`;
  const help = hints[code] ?? (/CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(code)
    ? { hint: 'Its certificate is not signed by a CA that this machine trusts, for example behind a proxy that opens TLS connections. Add that CA to this machine, or give its PEM file', advice: use('hubCa') }
    : { hint: 'Check network, firewall and proxy; the hub must be reachable on port 443' });
  return {
    error: new EdgeVmError('hub-unreachable', timedOut ? `hub ${hostname} does not answer in time${through}: cannot ${what}` : `cannot reach hub ${hostname} to ${what} (${code})`, { ...help, details: { network: code, operation: what } }),
    again: timedOut || transient.has(code),
    afterMs: 0,
  };
}

function strangerFailure({ hostname, what }: CallSubject, status?: number, location?: string): Failure {
  const redirects = status !== undefined && status >= 300 && status < 400;
  const to = location !== undefined && URL.canParse(location, `https://${hostname}`) ? new URL(location, `https://${hostname}`).origin : 'another address';
  const words = redirects ? `${hostname} redirects to ${to} (HTTP ${status}), as a login page does` : `${hostname} answers${status === undefined ? '' : ` with HTTP ${status}`}, but not as an IoT hub`;
  return { again: false, afterMs: 0, error: new EdgeVmError('hub-unreachable', `${words}: cannot ${what}`, {
    hint: redirects ? 'Log in to the network, or check the hub\'s name, proxies and the endpoint' : 'Perhaps a firewall or proxy on the way answers instead. Check the hub\'s name and the endpoint', advice: use('hubEndpoint'),
    // Not as `status`: that is for answers of the hub.
    details: status === undefined ? {} : { answered: status },
  }) };
}
