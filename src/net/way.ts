import http from 'node:http';
import https from 'node:https';
import { plainAgent, secureAgent } from './agent.js';
import type { Proxy } from './proxy.js';
import { proxyOfEnvironment, type Destination, type Env } from './proxy-env.js';
import { ProxyError, refusedByProxy, unreachableProxy } from './proxy-error.js';
import { proxyHeaders } from './tunnel.js';

/** The way of requests to a server. */
export interface Way {
  request: typeof http.request;
  agent: http.Agent;
  /** Before each path. */
  prefix: string;
  headers: Readonly<Record<string, string>>;
  proxy: Proxy | undefined;
  /** Gives an error or status of the proxy as a `ProxyError`, and all others unchanged. */
  blame: (failure: unknown) => unknown;
}

/**
 * The way to a server: through `proxy`, else through the one that the environment names, else direct. HTTPS and
 * SOCKS use a tunnel. An HTTP proxy gets plain HTTP requests with the whole URL, as Go's clients do it.
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

/** The destination of requests to a base URL. */
export function destinationOf(base: URL): Destination {
  const secure = base.protocol === 'https:';
  return { secure, host: base.hostname.replace(/^\[|\]$/g, ''), port: base.port === '' ? (secure ? 443 : 80) : Number(base.port) };
}

/** The error as a `ProxyError`; `undefined` if it is none. */
export function proxyErrorOf(error: unknown): ProxyError | undefined {
  return error instanceof ProxyError ? error : undefined;
}
