import type { Agent } from 'node:https';
import { secureAgent } from '../net/agent.js';
import type { Proxy } from '../net/proxy.js';
import { proxyOfEnvironment } from '../net/proxy-env.js';
import { destinationOf } from '../net/way.js';
import { InvalidInputError } from '../support/errors.js';
import type { HubEndpoint } from './types.js';

/** The connections to a hub. */
export interface HubWay {
  agent: Agent;
  /** The proxy on the way; if absent, connections go directly to the hub. */
  proxy: Proxy | undefined;
}

/**
 * The keep-alive agent of a hub, through the proxy that the environment names for it. With an endpoint it connects there. The name
 * in TLS stays the hub's, because Node.js takes it from the Host header. Only the agent can do this: azure-iothub takes only a
 * host name, and an agent's options win over a request's. Throws `invalid-input` for an endpoint or a proxy that is no URL.
 */
export function wayToHub(hostname: string, endpoint: HubEndpoint = {}): HubWay {
  const env = endpoint.env ?? process.env;
  const url = endpoint.url === undefined ? undefined : parseUrl(endpoint.url);
  const to = destinationOf(url ?? new URL(`https://${hostname}`));
  const proxy = proxyOfEnvironment(to, env);
  return { proxy, agent: secureAgent({ env, proxy, ca: endpoint.ca, to: url === undefined ? undefined : to }) };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
  throw new InvalidInputError([{ field: 'endpoint.url', message: 'must be a URL such as https://127.0.0.1:8443, without user and password' }]);
}
