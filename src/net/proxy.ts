import { InvalidInputError } from '../support/errors.js';

/** A proxy on the way to a server. */
export interface Proxy {
  /** Host name or address, without brackets. */
  host: string;
  port: number;
  scheme: 'http' | 'https' | 'socks5';
  login?: { user: string; password: string };
  /** For people, without the login: `http://proxy.example:3128 (HTTPS_PROXY)`. */
  name: string;
}

const defaultPorts: Readonly<Record<Proxy['scheme'], number>> = { http: 80, https: 443, socks5: 1080 };
const schemes: Readonly<Record<string, Proxy['scheme']>> = { 'http:': 'http', 'https:': 'https', 'socks5:': 'socks5', 'socks5h:': 'socks5' };

/**
 * Reads a proxy's URL as curl and Go's clients do: without a scheme it is an HTTP proxy. A SOCKS proxy always resolves
 * the names, so `socks5` and `socks5h` are the same. Throws `invalid-input` with `field`, but never with the value: it may hold
 * a password.
 */
export function parseProxy(text: string, field: string): Proxy {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const scheme = url === undefined ? undefined : schemes[url.protocol];
  if (url === undefined || scheme === undefined || url.hostname === '') {
    throw new InvalidInputError([{ kind: 'invalid', field, message: 'must be the URL of a proxy, such as http://proxy.example:3128; the schemes are http, https, socks5 and socks5h' }]);
  }
  const port = url.port === '' ? defaultPorts[scheme] : Number(url.port);
  const login = url.username === '' && url.password === '' ? {} : { login: { user: decoded(url.username), password: decoded(url.password) } };
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, scheme, ...login, name: `${url.protocol}//${url.hostname}:${port} (${field})` };
}

/** A `%` that encodes nothing means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
