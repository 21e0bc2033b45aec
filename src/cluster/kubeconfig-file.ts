import { dirname, isAbsolute, join } from 'node:path';
import { load } from 'js-yaml';
import { EdgeVmError } from '../support/errors.js';
import { isMapping } from '../support/plain.js';

type Entry = { name?: string } & Record<string, unknown>;

/** A kubeconfig document as kubectl reads it; fields beyond these are kept as they are. */
export interface KubeconfigDocument {
  clusters?: Entry[];
  users?: Entry[];
  contexts?: Entry[];
  'current-context'?: string;
}

const hint = 'A kubeconfig is a YAML mapping with clusters, users, contexts and current-context; see `kubectl config view`';

/**
 * Parses one file. Relative paths in it become absolute: they are relative to the file.
 * The parser's own message is not passed on, since it quotes the lines around an error: keys and tokens.
 */
export function parseKubeconfig(text: string, file: string): KubeconfigDocument {
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    const line = (error as { mark?: { line?: number } }).mark?.line;
    throw new EdgeVmError('no-cluster', `${file} is not valid YAML${line === undefined ? '' : ` (line ${line + 1})`}`, { hint });
  }
  if (document === null || document === undefined) return {};
  if (!isMapping(document)) {
    throw new EdgeVmError('no-cluster', `${file} is not a kubeconfig`, { hint });
  }
  const found = document as KubeconfigDocument;
  const folder = dirname(file);
  for (const entry of found.clusters ?? []) absolute(entry['cluster'], ['certificate-authority'], folder);
  for (const entry of found.users ?? []) readUser(entry['user'], folder);
  return found;
}

function absolute(holder: unknown, keys: readonly string[], folder: string): void {
  if (!isMapping(holder)) return;
  for (const key of keys) {
    const value = holder[key];
    if (typeof value === 'string' && value !== '' && !isAbsolute(value)) holder[key] = join(folder, value);
  }
}

interface ExecEntry {
  apiVersion?: string;
  command?: string;
  env?: { name: string; value: string }[] | null;
}

/** What client-node leaves out of a user entry: `tokenFile`, a plugin's relative command, and KUBERNETES_EXEC_INFO. */
function readUser(user: unknown, folder: string): void {
  absolute(user, ['client-certificate', 'client-key', 'tokenFile'], folder);
  if (!isMapping(user)) return;
  const fields = user as { tokenFile?: string; token?: string; exec?: ExecEntry; 'auth-provider'?: unknown };
  if (fields.tokenFile !== undefined) {
    // A token file is read again as it rotates and, as in kubectl, wins over `token`.
    fields['auth-provider'] = { name: 'tokenFile', config: { tokenFile: fields.tokenFile } };
    delete fields.token;
  }
  const { exec } = fields;
  if (!exec) return;
  if (exec.command?.includes('/')) absolute(exec, ['command'], folder);
  const info = JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: info }];
}

/** kubectl's rule for a list of files: the first to name a cluster, user, context or current-context wins. */
export function mergeKubeconfigs(documents: readonly KubeconfigDocument[]): KubeconfigDocument {
  const merged: KubeconfigDocument = {};
  const current = documents.map((d) => d['current-context']).find((name) => name !== undefined && name !== '');
  if (current !== undefined) merged['current-context'] = current;
  for (const key of ['clusters', 'users', 'contexts'] as const) {
    const seen = new Map<string | undefined, Entry>();
    for (const entry of documents.flatMap((d) => d[key] ?? [])) if (!seen.has(entry.name)) seen.set(entry.name, entry);
    merged[key] = [...seen.values()];
  }
  return merged;
}
