import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import tls from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { Env } from './proxy-env.js';

/** The files in which systems keep their trusted CA certificates, in the order of Go's clients. The first that exists counts. */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', '/etc/ssl/cert.pem',
];
const systemFolders = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/**
 * All CA certificates (PEM) to trust if a connection names none: those of Node.js, those that this machine trusts too (`SSL_CERT_FILE`
 * and `SSL_CERT_DIR`, or the system's own store, and `NODE_EXTRA_CA_CERTS`), and `more`. `undefined` if Node.js already trusts exactly these.
 */
export function trustedRoots(env: Env, more?: string): string[] | undefined {
  const added = [...addedRoots(env), ...(more === undefined ? [] : [more])];
  return added.length === 0 ? undefined : [...tls.rootCertificates, ...added];
}

type TlsOptions = SecureContextOptions & { rejectUnauthorized?: boolean | undefined; secureContext?: SecureContext };

const contexts = new Map<string, SecureContext>();

/** The TLS options of a connection. It trusts `trustedRoots` unless it names a CA itself. To read some hundred certificates takes 30 ms, so connections share the result. */
export function trusted<T extends TlsOptions>(options: T, env: Env, more?: string): T {
  if (options.ca !== undefined || options.rejectUnauthorized === false) return options;
  const ca = trustedRoots(env, more);
  if (ca === undefined) return options;
  if (options.cert !== undefined || options.pfx !== undefined) return { ...options, ca };
  const key = createHash('sha256').update(ca.join('\n')).digest('hex');
  const secureContext = contexts.get(key) ?? tls.createSecureContext({ ca });
  contexts.set(key, secureContext);
  return { ...options, secureContext };
}

const known = new Map<string, string[]>();

/** The certificates that this machine trusts beyond Node's own list. To read and compare them takes some milliseconds, so it is done once. */
function addedRoots(env: Env): string[] {
  const variables = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'].map((name) => env[name] ?? '');
  const key = variables.join('\n');
  const found = known.get(key) ?? read(variables as [string, string, string]);
  known.set(key, found);
  return found;
}

function read([file, folders, extra]: [string, string, string]): string[] {
  const bundle = (file === '' ? systemFiles : [file]).map(textOf).find((text) => text !== undefined);
  const chosen = folders !== '' ? folders.split(delimiter) : bundle === undefined ? systemFolders : [];
  const texts = [bundle ?? '', ...chosen.flatMap(textsIn), extra === '' ? '' : textOf(extra) ?? '', ...keychain()];
  const own = new Set(tls.rootCertificates.map(withoutSpace));
  const added = new Map<string, string>();
  for (const [pem] of texts.join('\n').matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)) {
    const plain = withoutSpace(pem);
    if (!own.has(plain)) added.set(plain, pem);
  }
  return [...added.values()];
}

/** The stores of macOS and Windows are not files; newer versions of Node.js can read them. */
function keychain(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'system') => string[] };
  return process.platform === 'linux' || getCACertificates === undefined ? [] : getCACertificates('system');
}

const withoutSpace = (text: string): string => text.replace(/\s+/g, '');

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function textsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => textOf(join(folder, name)) ?? '');
  } catch {
    return [];
  }
}
