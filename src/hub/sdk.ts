import type { Agent } from 'node:https';
import { Http } from 'azure-iothub/dist/common-http/http.js';
import type { HttpCallback } from 'azure-iothub/dist/common-http/http.js';
import { RestApiClient } from 'azure-iothub/dist/common-http/rest_api_client.js';
import { DeviceMethod } from 'azure-iothub/dist/device_method.js';
import { Registry } from 'azure-iothub/dist/registry.js';
import { versionQueryString } from 'azure-iothub/dist/version.js';
import { orDestroy } from '../net/or-destroy.js';
import type { SecretValue } from '../identity/secret.js';
import { sharedAccessSignature } from '../identity/sas.js';
import { notAHub } from './classify.js';
import type { ServiceCredential } from '../identity/connection-string.js';
import { isMapping } from '../support/plain.js';
import type { TokenCredential } from './types.js';

/** How the service client authenticates: with a policy's key, or Entra ID. */
export type HubCredential = { policy: ServiceCredential } | { token: TokenCredential };

export interface Wire {
  hostname: string;
  agent: Agent;
  /** Name of the proxy on the way, for people. */
  proxy?: string | undefined;
  credential: HubCredential;
  stats: { requests: number; connections: number };
  /** Runs right before each request. If it throws, nothing is sent. */
  beforeSend?: (() => void) | undefined;
}

/** azure-iothub bound to one attempt of a call. Its objects are small. Only the connection is costly, and that belongs to the agent. */
export interface Sdk {
  registry: Registry;
  /** Calls a direct method of a module. Gives the method's status. */
  invoke: (deviceId: string, moduleId: string, params: { methodName: string; payload: unknown; responseTimeoutInSeconds: number }) => Promise<number>;
  /** What Registry has no method for. Gives the body of the answer. */
  send: (method: 'POST' | 'DELETE', path: string, options: { ifMatch?: string; body?: unknown }) => Promise<unknown>;
}

/** Requests with the shared agent, which end when the signal fires. The SDK supports neither. */
class BoundHttp extends Http {
  readonly #wire: Wire;
  readonly #signal: AbortSignal;

  constructor(wire: Wire, signal: AbortSignal) {
    super();
    this.#wire = wire;
    this.#signal = signal;
    super.setOptions({ http: { agent: wire.agent } });
  }

  /** Registry sets an agent of its own here, a new one for each Registry. */
  override setOptions(): void {}

  override buildRequest(...[method, path, headers, host, options, last]: Parameters<Http['buildRequest']>): ReturnType<Http['buildRequest']> {
    const { stats, beforeSend } = this.#wire;
    const signal = this.#signal;
    stats.requests += 1;
    // Without X.509, the callback comes in place of the options.
    const done = last ?? (options as HttpCallback);
    const request = super.buildRequest(method, path, headers, host, (error, body, response) => {
      if (error || response?.statusCode === 204 || method === 'DELETE' || isJson(body)) done(error, body, response);
      else done(Object.assign(new Error('no JSON'), { code: notAHub }));
    });
    const abort = (): void => void request.destroy(signal.reason as Error);
    request.once('socket', () => {
      if (!request.reusedSocket) stats.connections += 1;
      orDestroy(request, beforeSend);
    });
    request.once('close', () => signal.removeEventListener('abort', abort));
    // The SDK's own time-out only makes Node.js emit `timeout`, and nobody listens to that.
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return request;
  }
}

/** A page of a proxy or portal with status 200: the SDK would throw in its event handler, where nobody can catch it. */
function isJson(body: string | undefined): boolean {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return isMapping(value) || Array.isArray(value);
  } catch {
    return false;
  }
}

const tokenScope = 'https://iothubs.azure.net/.default';
const hour = 3600;

export function bindSdk(wire: Wire, signal: AbortSignal, nowMs: number): Sdk {
  const base = { host: wire.hostname };
  const config = 'policy' in wire.credential
    ? { ...base, sharedAccessSignature: signatureOf(wire.credential.policy, nowMs).reveal() }
    : { ...base, tokenCredential: wire.credential.token, tokenScope };
  const client = new RestApiClient(config, 'edge-vm', new BoundHttp(wire, signal));
  return {
    registry: new Registry(config, client),
    async invoke(deviceId, moduleId, params) {
      const { device } = await new DeviceMethod(params, client).invokeOnModule(deviceId, moduleId);
      return (device as { status?: number } | undefined)?.status ?? 0;
    },
    send: (method, path, { ifMatch, body }) => new Promise((resolve, reject) => {
      const headers = {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
        ...(ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }),
      };
      client.executeApiCall(method, `${path}${versionQueryString()}`, headers, body, (error: Error | null | undefined, answer: unknown) => (error ? reject(error) : resolve(answer)));
    }),
  };
}

function signatureOf({ hubHostname, policyName, key }: ServiceCredential, nowMs: number): SecretValue {
  return sharedAccessSignature({ resource: hubHostname, policyName, key, expiresAt: Math.floor(nowMs / 1000) + hour });
}

