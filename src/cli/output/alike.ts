/** So many devices alike still get a line or block each. */
const mostSingle = 3;

/**
 * Groups what is alike, in the order of the first ones. Groups of few are split again, because a person reads a few lines more easily
 * than a group.
 */
export function alike<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return grouped(items, keyOf).flatMap((group) => (group.length > mostSingle ? [group] : group.map((one) => [one])));
}

/** Groups what is alike, in the order of the first ones. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
