import type { FieldChange } from '../../readiness/types.js';
import { isMapping, isSubset, type Mapping } from '../../support/plain.js';

/** Kept out of what is told: hashes say nothing to people, and KubeVirt's own notes are no change of ours. */
const hiddenPaths = /^metadata\.(annotations|labels)\.(edge-vm\.io\/(first-boot-|user-data-hash)|([^/]+\.)?kubevirt\.io\/)/;
/** May hold a credential in a template of a person's own. */
const secretKeys = /^(userData|networkData|password)/i;

/**
 * The fields in which two versions of an object differ: labels, annotations and spec, never a Secret's. Entries of
 * lists are told by their name where they have one (`volumes[rootdisk]`), else by their place.
 *
 * @param onlyWanted leaves out what `after` does not mention: it is a manifest, and the server fills in more.
 */
export function fieldChanges(before: unknown, after: unknown, onlyWanted = false): FieldChange[] {
  if ((before as { kind?: string } | undefined)?.kind === 'Secret') return [];
  return compare(told(before), told(after), '', onlyWanted).filter(({ path }) => !hiddenPaths.test(path));
}

function told(object: unknown): Mapping {
  const { metadata = {}, spec = {} } = object as { metadata?: Mapping; spec?: unknown };
  return { metadata: { labels: metadata['labels'] ?? {}, annotations: metadata['annotations'] ?? {} }, spec };
}

function compare(from: unknown, to: unknown, path: string, onlyWanted: boolean): FieldChange[] {
  if (onlyWanted && isSubset(to, from)) return [];
  const pairs = pairsOf(from, to, path);
  if (pairs === undefined) return from === to ? [] : [{ path, from: shown(from, path), to: shown(to, path) }];
  return pairs.flatMap(([where, old, now]) => {
    // Lists are replaced whole, so that an entry which is missing there is one that goes.
    if (now === undefined && onlyWanted && !Array.isArray(to)) return [];
    return compare(old, now, where, onlyWanted);
  });
}

type Pair = [path: string, from: unknown, to: unknown];

/** What is inside both; `undefined` where one of them is no container, or another one. */
function pairsOf(from: unknown, to: unknown, path: string): Pair[] | undefined {
  if (Array.isArray(from) && Array.isArray(to)) return entriesOf(from, to).map(([key, old, now]) => [`${path}[${key}]`, old, now]);
  if (!isMapping(from) || !isMapping(to)) return undefined;
  return keysOf(from, to).map((key) => [path === '' ? key : `${path}.${key}`, from[key], to[key]]);
}

function entriesOf(from: unknown[], to: unknown[]): Pair[] {
  const [old, now] = [byName(from), byName(to)];
  return keysOf(old, now).map((key) => [key, old[key], now[key]]);
}

function byName(list: unknown[]): Mapping {
  const nameOf = (entry: unknown): unknown => (isMapping(entry) ? entry['name'] ?? (isMapping(entry['metadata']) ? entry['metadata']['name'] : undefined) : undefined);
  const names = list.map(nameOf);
  const usable = names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
  return Object.fromEntries(list.map((entry, i) => [usable ? names[i] : i, entry]));
}

function keysOf(a: Mapping, b: Mapping): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function shown(value: unknown, path: string): unknown {
  if (value === undefined) return null;
  if (secretKeys.test(path.slice(path.lastIndexOf('.') + 1))) return '(not shown)';
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (secretKeys.test(key) ? '(not shown)' : inner))) as unknown;
}
