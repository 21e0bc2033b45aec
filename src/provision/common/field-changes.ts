import type { FieldChange } from '../../readiness/types.js';
import { isMapping, isSubset, type Mapping } from '../../support/plain.js';

/** Not in the result: hashes say nothing to people, and KubeVirt's own annotations are no change of ours. */
const hiddenPaths = /^metadata\.(annotations|labels)\.(edge-vm\.io\/(first-boot-|user-data-hash)|([^/]+\.)?kubevirt\.io\/)/;
/** May hold a credential in a person's own template. */
const secretKeys = /^(userData|networkData|password)/i;

/**
 * The fields in which two versions of an object differ: labels, annotations and spec, never a Secret's. An entry
 * of a list has its name in the path if it has one (`volumes[rootdisk]`), else its number.
 *
 * @param onlyWanted leaves out fields that `after` does not have: it is a manifest, and the server fills in more.
 */
export function fieldChanges(before: unknown, after: unknown, onlyWanted = false): FieldChange[] {
  if ((before as { kind?: string } | undefined)?.kind === 'Secret') return [];
  return compare(reported(before), reported(after), '', onlyWanted).filter(({ path }) => !hiddenPaths.test(path));
}

function reported(object: unknown): Mapping {
  const { metadata = {}, spec = {} } = object as { metadata?: Mapping; spec?: unknown };
  return { metadata: { labels: metadata['labels'] ?? {}, annotations: metadata['annotations'] ?? {} }, spec };
}

function compare(from: unknown, to: unknown, path: string, onlyWanted: boolean): FieldChange[] {
  if (onlyWanted && isSubset(to, from)) return [];
  const pairs = pairsOf(from, to, path);
  if (pairs === undefined) return from === to ? [] : [{ path, from: shown(from, path), to: shown(to, path) }];
  return pairs.flatMap(([where, old, now]) => {
    // An apply replaces lists as a whole, so an entry that is missing in `after` is removed.
    if (now === undefined && onlyWanted && !Array.isArray(to)) return [];
    return compare(old, now, where, onlyWanted);
  });
}

type Pair = [path: string, from: unknown, to: unknown];

/** The entries of both; `undefined` if one of them is no container, or if they are of different kinds. */
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
