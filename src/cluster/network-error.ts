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

/** Words for a TLS failure; the codes are OpenSSL's. */
function tlsHint(code: string): string | undefined {
  if (code === 'CERT_HAS_EXPIRED') return 'The server\'s certificate has expired, or the clock of this machine is wrong';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'The certificate is for another name: check the server URL, or set tls-server-name';
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(code)) return 'Its certificate is not signed by the CA of this context: the kubeconfig may be of an older cluster';
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return 'It does not speak TLS as expected: check http or https in the server URL';
  return undefined;
}

/** A failure below HTTP as `no-cluster`, with the server's name. Node's own message is replaced, since it may quote options. */
export function networkError(error: unknown, server: string): EdgeVmError {
  const code = networkCode(error) ?? 'no code';
  const hint = hints[code] ?? tlsHint(code) ?? 'Check the server of this context';
  return new EdgeVmError('no-cluster', `cannot reach the API server ${server} (${code})`, { hint, details: { network: code } });
}

/** Error code of a failed connection attempt; of the first address where several were tried. */
function networkCode(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: string; errors?: { code?: string }[] };
  return code ?? errors?.find((e) => e.code !== undefined)?.code;
}

const transient = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'HPE_INVALID_CONSTANT']);

/** Worth another try soon, as against a server that is not there or not trusted. */
export function isTransient(error: unknown): boolean {
  return transient.has(networkCode(error) ?? '');
}
