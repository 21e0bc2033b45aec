/** A small model of server-side apply: who owns which leaf. Lists are atomic, as KubeVirt's are. */
export type FieldOwners = Map<string, Set<string>>;

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of all leaves of an applied object, without what identifies it. */
export function leaves(object: unknown, path: string[] = []): Map<string, unknown> {
  const found = new Map<string, unknown>();
  if (!isTree(object)) return found.set(JSON.stringify(path), object);
  for (const [key, value] of Object.entries(object)) {
    const at = [...path, key];
    if (value === undefined || ['apiVersion', 'kind', 'status'].includes(at.join('.')) || at[0] === 'metadata' && !['labels', 'annotations', 'ownerReferences', 'finalizers'].includes(at[1] ?? 'labels')) continue;
    for (const [leaf, inner] of leaves(value, at)) found.set(leaf, inner);
  }
  return found;
}

export function getLeaf(object: unknown, leaf: string): unknown {
  return (JSON.parse(leaf) as string[]).reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), object);
}

function setLeaf(object: Tree, leaf: string, value: unknown): void {
  const path = JSON.parse(leaf) as string[];
  let current = object;
  for (const key of path.slice(0, -1)) {
    if (!isTree(current[key])) current[key] = {};
    current = current[key] as Tree;
  }
  if (value === undefined) delete current[path.at(-1)!];
  else current[path.at(-1)!] = value;
}

export interface Conflict {
  field: string;
  manager: string;
}

/** Applies `wanted` to `live` in place and updates the owners; returns the conflicts instead when there are any. */
export function applyFields(live: Tree, owners: FieldOwners, wanted: unknown, manager: string, force: boolean): Conflict[] {
  const next = leaves(wanted);
  const conflicts: Conflict[] = [];
  for (const [leaf, value] of next) {
    const differs = JSON.stringify(getLeaf(live, leaf)) !== JSON.stringify(value);
    for (const [other, theirs] of owners) {
      if (other !== manager && differs && theirs.has(leaf)) conflicts.push({ field: (JSON.parse(leaf) as string[]).join('.'), manager: other });
    }
  }
  if (conflicts.length > 0 && !force) return conflicts;
  const mine = owners.get(manager) ?? new Set();
  for (const leaf of mine) {
    if (next.has(leaf) || [...owners].some(([other, theirs]) => other !== manager && theirs.has(leaf))) continue;
    setLeaf(live, leaf, undefined);
  }
  for (const [leaf, value] of next) {
    if (JSON.stringify(getLeaf(live, leaf)) !== JSON.stringify(value)) for (const [other, theirs] of owners) if (other !== manager) theirs.delete(leaf);
    setLeaf(live, leaf, structuredClone(value));
  }
  owners.set(manager, new Set(next.keys()));
  return [];
}

/** After an update by `manager`: it owns what it changed. */
export function takeChanges(before: unknown, after: unknown, owners: FieldOwners, manager: string): void {
  const mine = owners.get(manager) ?? new Set<string>();
  for (const [leaf, value] of leaves(after)) {
    if (JSON.stringify(getLeaf(before, leaf)) === JSON.stringify(value)) continue;
    for (const theirs of owners.values()) theirs.delete(leaf);
    mine.add(leaf);
  }
  owners.set(manager, mine);
}

/** The owners as `metadata.managedFields` shows them; one entry for each manager, sorted. */
export function managedFields(owners: FieldOwners): { manager: string; operation: string; fieldsV1: Record<string, unknown> }[] {
  return [...owners].filter(([, mine]) => mine.size > 0).sort(([a], [b]) => (a < b ? -1 : 1)).map(([manager, mine]) => {
    const fieldsV1: Tree = {};
    for (const leaf of [...mine].sort()) setLeaf(fieldsV1, JSON.stringify((JSON.parse(leaf) as string[]).map((key) => `f:${key}`)), {});
    return { manager, operation: manager.startsWith('edge-vm') ? 'Apply' : 'Update', fieldsV1 };
  });
}
