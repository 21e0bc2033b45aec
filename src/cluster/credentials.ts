import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { systemClock } from '../support/clock.js';
import { EdgeVmError } from '../support/errors.js';
import type { LoadedKubeconfig } from './kubeconfig.js';

/** Act as somebody else (`--as`, `--as-group`), where RBAC allows it. */
export interface Impersonation {
  user: string;
  groups?: readonly string[];
  uid?: string;
}

/** What one request needs beside method and path: TLS material, headers, and an agent only where a proxy is configured. */
export interface Credentials {
  tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername' | 'auth'>;
  headers: Record<string, string | string[]>;
  proxyAgent?: Agent;
}

/** Gives the credentials; `refresh` asks for new ones after a 401. */
export type CredentialSource = (refresh?: boolean) => Promise<Credentials>;

/**
 * Credentials of the kubeconfig's user, kept for `maxAgeMs`. Without that, client-node starts a credential
 * plugin whose answer has no expiry once per request.
 */
export function credentialsOf(loaded: LoadedKubeconfig, impersonate?: Impersonation, maxAgeMs = 30_000): CredentialSource {
  let cached: { at: number; value: Promise<Credentials> } | undefined;
  return (refresh = false) => {
    if (!cached || refresh || systemClock.now() - cached.at > maxAgeMs) {
      const value = readCredentials(loaded, impersonate);
      const entry = { at: systemClock.now(), value };
      value.catch(() => {
        if (cached === entry) cached = undefined;
      });
      cached = entry;
    }
    return cached.value;
  };
}

async function readCredentials(loaded: LoadedKubeconfig, impersonate: Impersonation | undefined): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await loaded.config.applyToHTTPSOptions(options);
  } catch (error) {
    throw credentialError(loaded, error);
  }
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth } = options;
  const tls: Credentials['tls'] = {};
  // Node tells an absent option from an undefined one.
  for (const [name, value] of Object.entries({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, auth })) {
    if (value !== undefined && value !== null) Object.assign(tls, { [name]: value });
  }
  const headers = { ...(options.headers as Record<string, string>), ...impersonationHeaders(impersonate) };
  return loaded.proxied ? { tls, headers, proxyAgent: options.agent as Agent } : { tls, headers };
}

function impersonationHeaders(impersonate: Impersonation | undefined): Record<string, string | string[]> {
  if (!impersonate) return {};
  return {
    'Impersonate-User': impersonate.user,
    ...(impersonate.groups?.length ? { 'Impersonate-Group': [...impersonate.groups] } : {}),
    ...(impersonate.uid === undefined ? {} : { 'Impersonate-Uid': impersonate.uid }),
  };
}

/** A plugin's stderr may hold a token, so only its name and the kind of failure are told. */
function credentialError({ config, context }: LoadedKubeconfig, error: unknown): EdgeVmError {
  const { exec } = (config.getCurrentUser() ?? {}) as { exec?: { command?: string } };
  const { code, path } = error as NodeJS.ErrnoException;
  if (exec?.command !== undefined) {
    const why = code === 'ENOENT' ? 'is not installed' : 'failed';
    return new EdgeVmError('cluster-unauthorized', `credential plugin ${exec.command} of context "${context}" ${why}`, {
      hint: 'Run `kubectl get --raw /version` to see its own message, or log in again',
    });
  }
  const what = path === undefined ? `the credentials of context "${context}" cannot be used` : `cannot read ${path} (${code})`;
  return new EdgeVmError('cluster-unauthorized', what, { hint: 'Check the user of this context in the kubeconfig' });
}
