import { dirname, isAbsolute, join } from 'node:path';
import { load } from 'js-yaml';
import { EdgeVmError } from '../support/errors.js';
import { isMapping, type Mapping } from '../support/plain.js';

/** One entry of a list in a kubeconfig. */
export type Entry = { name: string } & Record<string, unknown>;

/** A kubeconfig document as kubectl reads it; fields beyond these are kept as they are. */
export interface KubeconfigDocument {
  clusters?: Entry[];
  users?: Entry[];
  contexts?: Entry[];
  'current-context'?: string;
}

const hint = 'A kubeconfig is a YAML mapping with clusters, users, contexts and current-context; see `kubectl config view`';
const lists = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;

/**
 * Parses one file; an empty one holds nothing. Relative paths in it become absolute: they are relative to the file.
 * Errors never have the parser's own message, because it quotes the lines around an error: keys and tokens.
 */
export function parseKubeconfig(text: string, file: string): KubeconfigDocument {
  const document = parse(text, file);
  if (document === null || document === undefined) return {};
  if (!isMapping(document)) throw new EdgeVmError('no-cluster', `${file} is not a kubeconfig`, { hint });
  for (const [list, field] of Object.entries(lists)) checkEntries(document, list, field, file);
  const found = document as KubeconfigDocument;
  const folder = dirname(file);
  for (const entry of found.clusters ?? []) absolute(entry['cluster'], ['certificate-authority'], folder);
  for (const entry of found.users ?? []) {
    absolute(entry['user'], ['client-certificate', 'client-key', 'tokenFile'], folder);
    const { exec } = (entry['user'] ?? {}) as { exec?: unknown };
    // A name without a slash is looked up in PATH; with a slash it is a file.
    if (isMapping(exec) && typeof exec['command'] === 'string' && exec['command'].includes('/')) absolute(exec, ['command'], folder);
  }
  return found;
}

function parse(text: string, file: string): unknown {
  // For the parser, an empty text or one with comments only has no document.
  if (text.replace(/^\uFEFF/, '').split('\n').every((line) => /^\s*(?:#.*|---.*|)$/.test(line))) return undefined;
  try {
    return load(text);
  } catch (error) {
    const line = (error as { mark?: { line?: number } }).mark?.line;
    throw new EdgeVmError('no-cluster', `${file} is not valid YAML${line === undefined ? '' : ` (line ${line + 1})`}`, { hint });
  }
}

/** Every list must have named entries. The content of an entry is checked only when it is used. */
function checkEntries(document: Mapping, list: string, field: string, file: string): void {
  const entries = document[list];
  if (entries === undefined || entries === null) {
    delete document[list];
    return;
  }
  if (!Array.isArray(entries)) throw new EdgeVmError('no-cluster', `${file}: ${list} is not a list`, { hint });
  entries.forEach((entry: unknown, index) => {
    if (!isMapping(entry)) throw new EdgeVmError('no-cluster', `${file}: ${list}[${index}] is not a mapping`, { hint });
    if (typeof entry['name'] !== 'string' || entry['name'] === '') throw new EdgeVmError('no-cluster', `${file}: ${list}[${index}].name is missing`, { hint });
    if (entry[field] !== undefined && entry[field] !== null && !isMapping(entry[field])) throw new EdgeVmError('no-cluster', `${file}: ${list}[${index}].${field} is not a mapping`, { hint });
  });
}

function absolute(holder: unknown, keys: readonly string[], folder: string): void {
  if (!isMapping(holder)) return;
  for (const key of keys) {
    const value = holder[key];
    if (typeof value === 'string' && value !== '' && !isAbsolute(value)) holder[key] = join(folder, value);
  }
}

/** kubectl's rule for a list of files: the first to name a cluster, user, context or current-context wins. */
export function mergeKubeconfigs(documents: readonly KubeconfigDocument[]): KubeconfigDocument {
  const merged: KubeconfigDocument = {};
  const current = documents.map((d) => d['current-context']).find((name) => typeof name === 'string' && name !== '');
  if (current !== undefined) merged['current-context'] = current;
  for (const key of ['clusters', 'users', 'contexts'] as const) {
    const seen = new Map<string, Entry>();
    for (const entry of documents.flatMap((d) => d[key] ?? [])) if (!seen.has(entry.name)) seen.set(entry.name, entry);
    merged[key] = [...seen.values()];
  }
  return merged;
}

/** True if nothing in it names a cluster. Then edge-vm tries the pod's ServiceAccount, as kubectl does. */
export function isEmptyKubeconfig({ clusters = [], users = [], contexts = [], 'current-context': current }: KubeconfigDocument): boolean {
  return clusters.length + users.length + contexts.length === 0 && (current ?? '') === '';
}
