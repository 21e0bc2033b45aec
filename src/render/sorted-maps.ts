import { isMapping } from '../support/plain.js';

/**
 * Merges several maps of texts, sorted by key; later ones win. So two specs that differ only in the order of their
 * flags render to the same bytes. `undefined` for an empty result, so that no empty map is written.
 */
export function mergeSorted(...maps: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> | undefined {
  const merged = new Map(maps.flatMap((map) => Object.entries(map ?? {})));
  if (merged.size === 0) return undefined;
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * A person's document with the keys of all its mappings sorted, as an API server keeps it: the same document from a file and
 * from a resource of the cluster renders to the same bytes.
 */
export function sortedDocument<T>(document: T): T {
  return sorted(document) as T;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
