import type { Proxy } from './proxy.js';

/** A proxy that does not make the connection. The message begins with the proxy's name and holds no login. */
export class ProxyError extends Error {
  /** Name of the proxy, without its login. */
  readonly proxy: string;
  /** `ECONNREFUSED`, `407`, `socks-5`, `malformed`, … */
  readonly code: string;
  readonly hint: string;
  /** Nothing was sent to the server, and another try may succeed. */
  readonly transient: boolean;

  constructor(proxy: Proxy, words: string, facts: { code: string; hint: string; transient?: boolean }) {
    super(`proxy ${proxy.name} ${words}`);
    this.name = 'ProxyError';
    this.proxy = proxy.name;
    this.code = facts.code;
    this.hint = facts.hint;
    this.transient = facts.transient === true;
  }
}

const transientCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);
const malformed = 'Check the address of the proxy and its kind (http, https, socks5)';

/** For a proxy that cannot be connected to, or that ends the connection without an answer. */
export function unreachableProxy(proxy: Proxy, error: unknown): ProxyError {
  if (error instanceof ProxyError) return error;
  const code = codeOf(error);
  if (code.startsWith('HPE_') || /^(ERR_SSL|EPROTO)/.test(code)) return malformedProxy(proxy);
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(code)) return new ProxyError(proxy, `has a certificate that is not trusted (${code})`, { code, hint: 'Add its CA to the CA certificates of this machine, or name a PEM file in SSL_CERT_FILE' });
  if (code === 'ECONNRESET' || code === 'EPIPE') return new ProxyError(proxy, `ends the connection without an answer (${code})`, { code, hint: malformed, transient: true });
  const hint = code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'Check its name, DNS and VPN' : 'Check that it runs, its address and port, and VPN. Put hosts that need no proxy into NO_PROXY';
  return new ProxyError(proxy, `cannot be reached (${code})`, { code, hint, transient: transientCodes.has(code) });
}

function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: string; errors?: { code?: string }[] };
  return code ?? errors?.find((one) => one.code !== undefined)?.code ?? 'no code';
}

/** For a proxy whose answer is not of the protocol. */
export function malformedProxy(proxy: Proxy): ProxyError {
  return new ProxyError(proxy, `does not answer as ${proxy.scheme === 'socks5' ? 'a SOCKS5' : 'an HTTP'} proxy`, { code: 'malformed', hint: malformed });
}

/** For a proxy that takes too long. */
export function slowProxy(proxy: Proxy): ProxyError {
  return new ProxyError(proxy, 'does not answer in time', { code: 'ETIMEDOUT', hint: 'Check that it works and may connect there', transient: true });
}

/** For an answer of an HTTP proxy that is not a success. `schemes` is its `Proxy-Authenticate` header. */
export function refusedByProxy(proxy: Proxy, status: number, target: string, schemes = ''): ProxyError {
  const code = String(status);
  if (status === 407) return loginError(proxy, schemes);
  if (status === 403 || status === 405) return new ProxyError(proxy, `does not allow a connection to ${target} (HTTP ${status})`, { code, hint: 'Ask that the proxy allows it. If you can reach it directly, put the name into NO_PROXY' });
  if (status >= 500) return new ProxyError(proxy, `cannot connect to ${target} (HTTP ${status})`, { code, hint: 'Check the name and port of the server as the proxy sees it. Put hosts that you reach directly into NO_PROXY', transient: status !== 501 });
  return new ProxyError(proxy, `refuses a connection to ${target} (HTTP ${status})`, { code, hint: 'Check the proxy and what it allows. Put hosts that you reach directly into NO_PROXY', transient: status === 429 });
}

function loginError(proxy: Proxy, schemes: string): ProxyError {
  const offered = [...schemes.matchAll(/(?:^|,\s*)([A-Za-z]+)(?=\s|,|$)/g)].map(([, scheme]) => scheme!.toLowerCase());
  const words = proxy.login === undefined ? 'asks for a login (HTTP 407)' : 'refuses the login in its URL (HTTP 407)';
  if (offered.length > 0 && !offered.includes('basic')) {
    return new ProxyError(proxy, words, { code: '407', hint: `It accepts ${offered.join(', ')} only, but edge-vm (like kubectl) can do Basic only. Run a local proxy that logs in there (cntlm, px), and use that one` });
  }
  return new ProxyError(proxy, words, { code: '407', hint: 'Give user and password in the URL of the proxy, http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded' });
}
