import type { Env } from '../net/proxy-env.js';
import { systemClock, type Clock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import { makePluginReader, type PluginOptions } from './exec-plugin.js';
import { impersonationHeaders, type Impersonation } from './impersonation.js';
import type { LoadedKubeconfig } from './kubeconfig.js';
import { dataOrFile, readNamed } from './kubeconfig-data.js';
import type { Fields } from './kubeconfig-fields.js';
import { legacyToken } from './legacy-auth.js';
import { sharedCredentials, type Credentials, type CredentialSource, type Reading } from './shared-credentials.js';

export type { Impersonation } from './impersonation.js';
export type { CredentialSource, Credentials } from './shared-credentials.js';

/** The files change: a ServiceAccount's token about each hour. client-go reads them again each minute. */
const filesForMs = 30_000;

/** The user's part of the credentials. */
type UserReading = { tls?: Credentials['tls']; headers?: Credentials['headers']; until: number };

export interface CredentialOptions {
  impersonate?: Impersonation | undefined;
  plugin?: PluginOptions | undefined;
  env: Env;
  clock?: Clock;
}

/**
 * Credentials of the context's user with the server's TLS settings; with precedence as in client-go: a client certificate
 * is used beside a token or a password; a credential plugin or a legacy provider only if there is none of these.
 */
export function credentialsOf(loaded: LoadedKubeconfig, { impersonate, plugin, env, clock = systemClock }: CredentialOptions): CredentialSource {
  const readUser = userReader(loaded, { plugin, env, clock });
  return sharedCredentials(async (signal): Promise<Reading> => {
    const server = serverTls(loaded);
    const { tls = {}, headers = {}, until } = await readUser(signal);
    const value: Credentials = { tls: { ...server.tls, ...tls }, headers: { ...headers, ...impersonationHeaders(impersonate) } };
    return { value, until: Math.min(until, server.ofFile ? clock.now() + filesForMs : Number.POSITIVE_INFINITY) };
  }, clock);
}

function serverTls({ cluster, server }: LoadedKubeconfig): { tls: Credentials['tls']; ofFile: boolean } {
  if (!server.startsWith('https:')) return { tls: {}, ofFile: false };
  const [ca, ofFile] = dataOrFile(cluster, 'certificate-authority');
  const servername = cluster.text('tls-server-name');
  const unchecked = cluster.flag('insecure-skip-tls-verify');
  return { ofFile, tls: { ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }), ...(unchecked ? { rejectUnauthorized: false } : {}) } };
}

function userReader(loaded: LoadedKubeconfig, options: Required<Pick<CredentialOptions, 'env' | 'clock'>> & { plugin: PluginOptions | undefined }): (signal: AbortSignal) => Promise<UserReading> {
  const { user } = loaded;
  const forever = Number.POSITIVE_INFINITY;
  if (user === undefined) return () => Promise.resolve({ until: forever });
  const { clock } = options;
  const [password, name] = [user.text('password'), user.text('username')];
  const hasCertificate = (user.text('client-certificate-data') ?? user.text('client-certificate')) !== undefined;
  const hasToken = (user.text('token') ?? user.text('tokenFile')) !== undefined;
  const hasLogin = (name ?? password) !== undefined;
  if (hasToken && hasLogin) throw new EdgeVmError('cluster-unauthorized', `the user of context "${loaded.context}" has a token and a password; give only one of them`);
  if (!hasCertificate && !hasToken && !hasLogin) {
    const exec = user.mapping('exec');
    if (exec !== undefined) return makePluginReader(exec, loaded, options);
    const provider = user.mapping('auth-provider');
    if (provider !== undefined) return () => Promise.resolve(legacyToken(provider, loaded.context, clock));
  }
  return (): Promise<UserReading> => {
    const [cert, certOfFile] = dataOrFile(user, 'client-certificate');
    const [key, keyOfFile] = dataOrFile(user, 'client-key');
    if (cert !== undefined && key === undefined) throw unusable(loaded, 'has a client certificate and no key');
    const ofFile = certOfFile || keyOfFile || user.text('tokenFile') !== undefined;
    const authorization = hasLogin ? `Basic ${Buffer.from(`${name ?? ''}:${password ?? ''}`).toString('base64')}` : bearer(tokenOf(user));
    const headers: Credentials['headers'] = authorization === undefined ? {} : { Authorization: authorization };
    return Promise.resolve({ tls: cert === undefined || key === undefined ? {} : { cert, key }, headers, until: ofFile ? clock.now() + filesForMs : forever });
  };
}

const bearer = (token: string | undefined): string | undefined => (token === undefined ? undefined : `Bearer ${token}`);

/** A token file wins over `token`. If the file cannot be read, `token` counts. */
function tokenOf(user: Fields): string | undefined {
  const file = user.text('tokenFile');
  const token = user.text('token')?.trim();
  if (file === undefined) return token;
  try {
    const found = readNamed(file).trim();
    if (found !== '') return found;
  } catch (error) {
    if (token === undefined) throw error;
  }
  if (token === undefined) throw new EdgeVmError('cluster-unauthorized', `the token file ${file} is empty`, { hint: 'Log in again' });
  return token;
}

function unusable({ context }: LoadedKubeconfig, what: string): EdgeVmError {
  return new EdgeVmError('cluster-unauthorized', `the user of context "${context}" ${what}`, { hint: 'Check the user of this context in the kubeconfig' });
}
