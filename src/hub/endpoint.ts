import { Agent } from 'node:https';
import type { AgentOptions } from 'node:https';
import { InvalidInputError } from '../support/errors.js';
import type { HubEndpoint } from './types.js';

/**
 * The keep-alive agent of a hub. With an endpoint it connects there; the name in TLS stays the hub's, since Node takes
 * it from the Host header. It must be the agent that does this: azure-iothub takes a host name only, and an agent's
 * options win over a request's.
 */
export function agentFor(endpoint: HubEndpoint = {}): Agent {
  const options: AgentOptions & { host?: string } = { keepAlive: true, keepAliveMsecs: 15_000, scheduling: 'lifo' };
  if (endpoint.ca !== undefined) options.ca = endpoint.ca;
  if (endpoint.url !== undefined) {
    const url = parseUrl(endpoint.url);
    options.host = url.hostname.replace(/^\[|\]$/g, '');
    options.port = url.port === '' ? 443 : Number(url.port);
  }
  return new Agent(options);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
  throw new InvalidInputError([{ field: 'endpoint.url', message: 'must be a URL such as https://127.0.0.1:8443, without user and password' }]);
}
