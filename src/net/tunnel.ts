import http from 'node:http';
import https from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import { joined } from '../support/abort.js';
import type { Proxy } from './proxy.js';
import { refusedByProxy, slowProxy, unreachableProxy } from './proxy-error.js';
import type { Env } from './proxy-env.js';
import { trusted } from './roots.js';
import { socksTunnel } from './socks.js';

/** Milliseconds in which a proxy must connect. */
const limitMs = 20_000;

/** A connection through a proxy, as if it were to the server itself. Rejects with a `ProxyError`, or with the signal's reason. */
export async function openTunnel(proxy: Proxy, to: { host: string; port: number }, options: { signal: AbortSignal; env: Env }): Promise<Socket> {
  const late = AbortSignal.timeout(limitMs);
  const { signal, release } = joined(options.signal, late);
  try {
    const socket = await (proxy.scheme === 'socks5' ? socksTunnel(proxy, to, signal) : connectTunnel(proxy, to, signal, options.env));
    socket.setKeepAlive(true, 15_000);
    return socket;
  } catch (error) {
    if (options.signal.aborted) throw error;
    throw late.aborted ? slowProxy(proxy) : unreachableProxy(proxy, error);
  } finally {
    release();
  }
}

/** `Proxy-Authorization`, if the proxy's URL has a login. */
export function proxyHeaders({ login }: Proxy): Record<string, string> {
  return login === undefined ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}` };
}

/** HTTP CONNECT (RFC 9110, 9.3.6): Node's own parser reads the answer. */
function connectTunnel(proxy: Proxy, to: { host: string; port: number }, signal: AbortSignal, env: Env): Promise<Socket> {
  const target = `${isIPv6(to.host) ? `[${to.host}]` : to.host}:${to.port}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.scheme === 'https' ? https : http).request({
      // Node.js takes the name for the proxy's certificate from the Host header, but that is the server's name.
      ...(proxy.scheme === 'https' ? { ...trusted({}, env), servername: isIP(proxy.host) === 0 ? proxy.host : '' } : {}),
      method: 'CONNECT', host: proxy.host, port: proxy.port, path: target, agent: false, setHost: false, signal,
      headers: { Host: target, Connection: 'keep-alive', 'Proxy-Connection': 'keep-alive', 'User-Agent': 'edge-vm', ...proxyHeaders(proxy) },
    });
    request.on('error', reject);
    request.once('connect', (response, socket: Socket, head) => {
      const { statusCode = 0 } = response;
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusedByProxy(proxy, statusCode, target, response.headers['proxy-authenticate']?.toString()));
    });
    request.end();
  });
}
