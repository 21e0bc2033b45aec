import http from 'node:http';
import https from 'node:https';
import { plainAgent, secureAgent } from './agent.js';
import type { Proxy } from './proxy.js';
import { proxyOfEnvironment, type Destination, type Env } from './proxy-env.js';
import { ProxyError, refusedByProxy, unreachableProxy } from './proxy-error.js';
import { proxyHeaders } from './tunnel.js';

/** How requests get to a server. */
export interface Way {
  request: typeof http.request;
  agent: http.Agent;
  /** Before each path. */
  prefix: string;
  headers: Readonly<Record<string, string>>;
  proxy: Proxy | undefined;
  /** An error or a status that is the proxy's own, as a `ProxyError`; others as they are. */
  blame: (failure: unknown) => unknown;
}

/**
 * The way to a server: through `proxy`, else through the one that the environment names, else straight. HTTPS, and all that goes
 * through SOCKS, goes through a tunnel; plain HTTP is handed to an HTTP proxy with the whole URL, as Go's clients do.
 */
export function wayTo(base: URL, { proxy: given, env }: { proxy?: Proxy | undefined; env: Env }): Way {
  const to = destinationOf(base);
  const proxy = given ?? proxyOfEnvironment(to, env);
  if (to.secure) return { request: https.request, agent: secureAgent({ proxy, env }), prefix: '', headers: {}, proxy, blame: (failure) => failure };
  if (proxy === undefined || proxy.scheme === 'socks5') return { request: http.request, agent: plainAgent({ proxy, env }), prefix: '', headers: {}, proxy, blame: (failure) => failure };
  const how = { env, to: { host: proxy.host, port: proxy.port } };
  return {
    ...(proxy.scheme === 'https' ? { request: https.request, agent: secureAgent(how) } : { request: http.request, agent: plainAgent(how) }),
    prefix: `http://${base.host}`, headers: proxyHeaders(proxy), proxy,
    blame: (failure) => (failure instanceof http.IncomingMessage ? blamed(failure, proxy, base.host) : unreachableProxy(proxy, failure)),
  };
}

function blamed(answer: http.IncomingMessage, proxy: Proxy, target: string): unknown {
  return answer.statusCode === 407 ? refusedByProxy(proxy, 407, target, answer.headers['proxy-authenticate']?.toString()) : answer;
}

/** Where the requests to a base URL go. */
export function destinationOf(base: URL): Destination {
  const secure = base.protocol === 'https:';
  return { secure, host: base.hostname.replace(/^\[|\]$/g, ''), port: base.port === '' ? (secure ? 443 : 80) : Number(base.port) };
}

/** The `ProxyError` that an error is; `undefined` for any other. */
export function proxyErrorOf(error: unknown): ProxyError | undefined {
  return error instanceof ProxyError ? error : undefined;
}
