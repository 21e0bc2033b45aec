import { request } from 'node:https';
import type { Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { sharedAccessSignature } from '../identity/sas.js';
import type { SymmetricKeyIdentity } from '../identity/types.js';
import { EdgeVmError } from '../support/errors.js';
import { retryAfterMs } from '../support/waiting.js';
import { networkFailure } from './classify.js';
import { wayToHub } from './endpoint.js';
import { hubMessage, isHubAnswer } from './messages.js';
import { clockSkew } from './skew.js';
import { systemClock, type Clock } from '../support/clock.js';
import { retrying } from '../support/retry.js';
import type { RetryLimits } from '../support/retry.js';
import { defaultLimits } from './limits.js';
import type { CheckCredential, CredentialCheck } from './types.js';

/** The device's identity service calls this API. It accepts a device's signature. */
const apiVersion = '2017-11-08-preview';
const limits: RetryLimits = { ...defaultLimits, deadlineMs: 20_000 };
const hour = 3600;

interface Reply {
  status: number;
  body: string;
  date: string | undefined;
}

/** Brings a reply of 429 or 5xx to the retry. */
class Busy extends Error {
  constructor(readonly status: number, readonly afterMs: number) {
    super(`HTTP ${status}`);
  }
}

/**
 * Tries the device's key as the device itself would: lists its modules. It needs no right in the hub, changes nothing,
 * and costs one request. It throws only if its caller ends it, or if the endpoint is no URL.
 */
export function credentialChecker(clock: Clock = systemClock): CheckCredential {
  return async (identity, endpoint, call = {}) => {
    const { agent, proxy } = wayToHub(identity.hubHostname, endpoint);
    const where = { hostname: identity.hubHostname, what: 'try the device\'s credential', proxy: proxy?.name };
    try {
      const reply = await retrying(
        (signal) => ask(identity, { agent, signal, now: clock.now() }),
        (error) => (error instanceof Busy
          ? { again: true, afterMs: error.afterMs, error: new EdgeVmError('hub-unreachable', `hub ${where.hostname} cannot ${where.what} now (HTTP ${error.status})`, { details: { status: error.status } }) }
          : networkFailure(error as Error, where)),
        { clock, limits, signal: call.signal },
      );
      return verdict(reply, identity, clock.now());
    } catch (error) {
      if (!EdgeVmError.is(error) || error.code !== 'hub-unreachable') throw error;
      const { status, network } = error.details;
      const message = error.hint === undefined ? error.message : `${error.message}. ${error.hint}`;
      return { ok: false, code: 'hub-unreachable', message, ...(typeof status === 'number' ? { status } : {}), ...(network === 'ENOTFOUND' ? { noSuchHub: true } : {}) };
    } finally {
      agent.destroy();
    }
  };
}

export const checkCredential: CheckCredential = credentialChecker();

async function ask(identity: SymmetricKeyIdentity, { agent, signal, now }: { agent: Agent; signal: AbortSignal; now: number }): Promise<Reply> {
  const id = encodeURIComponent(identity.deviceId);
  const signature = sharedAccessSignature({ resource: `${identity.hubHostname}/devices/${identity.deviceId}`, key: identity.key, expiresAt: Math.floor(now / 1000) + hour });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      agent, signal, host: identity.hubHostname, path: `/devices/${id}/modules?api-version=${apiVersion}`,
      headers: { Authorization: signature.reveal(), Accept: 'application/json', 'User-Agent': 'edge-vm' },
    }, resolve).on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error)).end();
  });
  const status = response.statusCode ?? 0;
  const body = await text(response);
  if (status === 429 || status >= 500) throw new Busy(status, retryAfterMs(response.headers['retry-after'], now));
  return { status, body, date: response.headers.date };
}

function verdict({ status, body, date }: Reply, { hubHostname, deviceId }: SymmetricKeyIdentity, now: number): CredentialCheck {
  const { code } = hubMessage(body);
  if (status === 200 && isHubAnswer(body)) return { ok: true };
  // The page of a firewall or portal has the same status codes, but says nothing about the device.
  const stranger = body !== '' && !isHubAnswer(body);
  if (status === 401) return refusedKey(clockSkew(date, now), { hubHostname, deviceId });
  if (status === 403 && !stranger) return { ok: false, code: 'device-disabled', status, message: `device ${deviceId} is disabled in hub ${hubHostname}, or the hub does not allow this address` };
  if (status === 404 && !stranger && code !== 'IotHubNotFound') return { ok: false, code: 'device-not-found', status, message: `there is no device ${deviceId} in hub ${hubHostname}` };
  if (code === 'IotHubNotFound') return { ok: false, code: 'hub-unreachable', status, noSuchHub: true, message: `there is no hub ${hubHostname}` };
  return { ok: false, code: 'hub-unreachable', status, message: `${hubHostname} does not answer as an IoT hub (HTTP ${status}${status >= 300 && status < 400 ? ': it redirects, as a login page does' : ''})` };
}

function refusedKey(skew: ReturnType<typeof clockSkew>, { hubHostname, deviceId }: { hubHostname: string; deviceId: string }): CredentialCheck {
  const why = skew?.words ?? 'the key is wrong or was regenerated, there is no such device, or it is disabled';
  return { ok: false, code: 'unauthorized', status: 401, message: `hub ${hubHostname} refuses the key of device ${deviceId}: ${why}`, ...(skew === undefined ? {} : { hint: skew.hint }) };
}
