import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KeyPair } from './pki.js';

/** Who a kubeconfig logs in as. */
export type KubeconfigUser = { certificate: KeyPair } | { token: string };

const context = 'edge-vm-lab';

/** Writes a kubeconfig with everything embedded, mode 0600. JSON is YAML, so no library is needed. */
export function writeKubeconfig(file: string, options: { server: string; ca: string; user: KubeconfigUser; namespace?: string }): void {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const user = 'token' in options.user
    ? { token: options.user.token }
    : { 'client-certificate-data': base64(options.user.certificate.cert), 'client-key-data': base64(options.user.certificate.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context, cluster: { server: options.server, 'certificate-authority-data': base64(options.ca) } }],
    users: [{ name: context, user }],
    contexts: [{ name: context, context: { cluster: context, user: context, namespace: options.namespace ?? 'default' } }],
    'current-context': context,
  };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Reads a pair of PEM files. */
export function readPair(files: { cert: string; key: string }): KeyPair {
  return { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
}
