/** The key of an object in a map or a queue: `namespace/name`, or `/name` if its type has no namespace. */
export function keyOf({ namespace = '', name }: { namespace?: string | undefined; name: string }): string {
  return `${namespace}/${name}`;
}

/** Namespace and name of a key. */
export function partsOf(key: string): { namespace: string; name: string } {
  const cut = key.indexOf('/');
  return { namespace: key.slice(0, cut), name: key.slice(cut + 1) };
}
