/**
 * Several maps of texts as one, later ones win, sorted by key: two specs that differ only in the order in which
 * flags were given render to the same bytes. `undefined` for an empty result, so that no empty map is written.
 */
export function mergeSorted(...maps: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> | undefined {
  const merged = new Map(maps.flatMap((map) => Object.entries(map ?? {})));
  if (merged.size === 0) return undefined;
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}
