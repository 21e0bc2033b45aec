import { proxyErrorOf } from '../net/way.js';
import { EdgeVmError } from '../support/errors.js';

const hints: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens there: is the cluster running, and is this the right context?',
  ENOTFOUND: 'The host name is unknown: check the context, DNS and VPN',
  EAI_AGAIN: 'The host name cannot be looked up: check DNS and VPN',
  ETIMEDOUT: 'No answer: check VPN, firewall and the allowed IP ranges of the API server',
  EHOSTUNREACH: 'There is no route to it: check VPN and firewall',
  ENETUNREACH: 'There is no route to it: check VPN and firewall',
  ECONNRESET: 'The connection was cut; try again',
};

/** Which CA certificates count: the kubeconfig's, if its cluster names any, else those of this machine. */
export type Trusts = 'context' | 'machine';

const ofContext = 'Its certificate is not signed by the CA of this context. Perhaps the kubeconfig is from an older cluster, or a proxy that opens TLS connections answers instead';
const ofMachine = 'This context names no CA, and this machine trusts no CA that has signed the certificate. Add certificate-authority to the kubeconfig, add the CA to this machine, or name a PEM file in SSL_CERT_FILE';

/** Words for a TLS failure; the codes are OpenSSL's. */
function tlsHint(code: string, trusts: Trusts): string | undefined {
  if (code === 'CERT_HAS_EXPIRED') return 'The server\'s certificate has expired, or the clock of this machine is wrong';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'The certificate is for another name: check the server URL, or set tls-server-name';
  if (code === 'CERT_NOT_YET_VALID') return 'The clock of this machine is behind: the server\'s certificate is not valid yet';
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(code)) return trusts === 'context' ? ofContext : ofMachine;
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return 'It does not speak TLS as expected: check http or https in the server URL';
  return undefined;
}

/** A failure below HTTP as `no-cluster`, with the server's name but without Node's own message: it may quote options. */
export function networkError(error: unknown, { server, trusts = 'context' }: { server: string; trusts?: Trusts }): EdgeVmError {
  const proxy = proxyErrorOf(error);
  if (proxy !== undefined) {
    return new EdgeVmError('no-cluster', `cannot reach the API server ${server}: ${proxy.message}`, { hint: proxy.hint, details: { network: proxy.code, proxy: proxy.proxy } });
  }
  const code = networkCode(error) ?? 'no code';
  const hint = hints[code] ?? tlsHint(code, trusts) ?? 'Check the server of this context';
  return new EdgeVmError('no-cluster', `cannot reach the API server ${server} (${code})`, { hint, details: { network: code } });
}

/** Error code of a failed connection attempt; if several addresses were tried, of the first one. */
function networkCode(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: string; errors?: { code?: string }[] };
  return code ?? errors?.find((e) => e.code !== undefined)?.code;
}

const transient = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'HPE_INVALID_CONSTANT']);

/** True if another try soon may succeed. A server that does not exist or is not trusted is different. */
export function isTransient(error: unknown): boolean {
  return proxyErrorOf(error)?.transient ?? transient.has(networkCode(error) ?? '');
}
