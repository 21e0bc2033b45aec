/**
 * Merges several maps of texts, sorted by key; later ones win. So two specs that differ only in the order of their
 * flags render to the same bytes. `undefined` for an empty result, so that no empty map is written.
 */
export function mergeSorted(...maps: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> | undefined {
  const merged = new Map(maps.flatMap((map) => Object.entries(map ?? {})));
  if (merged.size === 0) return undefined;
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}
