import { createSecureContext } from 'node:tls';
import { EdgeVmError } from '../support/errors.js';
import { record, textAt, type Mapping } from '../support/plain.js';
import type { Ended } from './exec-run.js';
import type { Credentials } from './shared-credentials.js';

/** What a plugin gave; `until` is in milliseconds since the epoch, infinite if the plugin gives no end. */
export interface PluginCredentials {
  tls: Credentials['tls'];
  headers: Credentials['headers'];
  until: number;
}

/**
 * The credentials in a plugin's output, checked as client-go does. `name` is for the error (`cluster-unauthorized`). The error holds no
 * part of the output, because it may have a token.
 */
export function credentialsIn({ stdout, code, signal }: Ended, { name, apiVersion }: { name: string; apiVersion: string }): PluginCredentials {
  if (signal !== null) throw failed(name, `was ended by ${signal}`);
  if (code !== 0) throw failed(name, `failed with exit code ${code}`);
  const answer = parse(stdout);
  if (answer === undefined) throw failed(name, 'did not print an ExecCredential');
  const version = textAt(answer, 'apiVersion');
  if (version !== undefined && version !== apiVersion) throw failed(name, `answered with apiVersion "${version}" instead of "${apiVersion}"`);
  const status = record(answer['status']);
  if (status === undefined) throw failed(name, 'gave no status');
  const [token, cert, key] = ['token', 'clientCertificateData', 'clientKeyData'].map((field) => textAt(status, field) || undefined);
  if (token === undefined && cert === undefined && key === undefined) throw failed(name, 'gave neither a token nor a certificate');
  if ((cert === undefined) !== (key === undefined)) throw failed(name, 'gave only one of certificate and key');
  return {
    tls: cert === undefined || key === undefined ? {} : checkedPair(cert, key, name),
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    until: expiryOf(status, name),
  };
}

function failed(name: string, what: string): EdgeVmError {
  return new EdgeVmError('cluster-unauthorized', `${name} ${what}`, { hint: 'Read its output, or log in again with it' });
}

function parse(text: string): Mapping | undefined {
  try {
    const found = record(JSON.parse(text));
    return found?.['kind'] === 'ExecCredential' ? found : undefined;
  } catch {
    return undefined;
  }
}

function checkedPair(cert: string, key: string, name: string): Credentials['tls'] {
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch {
    throw failed(name, 'gave a certificate and a key that cannot be read or do not belong together');
  }
}

function expiryOf(status: Mapping, name: string): number {
  const text = textAt(status, 'expirationTimestamp');
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw failed(name, 'gave an expirationTimestamp that is no date');
  return at;
}
