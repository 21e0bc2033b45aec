import type { KubeObject } from '../../cluster/types.js';
import { MANAGER } from '../../spec/labels.js';
import type { FieldChange } from '../../readiness/types.js';
import { isMapping } from '../../support/plain.js';

/** The parts of an object that are reported, as in `fieldChanges`. */
const reported = /^(?:spec|metadata\.(?:labels|annotations))(?:\.|$)/;

/**
 * The fields that an apply of `wanted` removes: only edge-vm applied them before, and `wanted` does not have them. A list
 * that is set as a whole counts as one value.
 */
export function removedFields(live: KubeObject, wanted: unknown): FieldChange[] {
  const entries = live.metadata.managedFields ?? [];
  const ours = entries.find((entry) => entry.manager === MANAGER && entry.operation === 'Apply');
  const others = entries.filter((entry) => entry !== ours);
  return leaves(ours?.fieldsV1, []).flatMap((path) => {
    const from = read(live, path);
    if (!reported.test(path.join('.')) || from === undefined || read(wanted, path) !== undefined) return [];
    return others.some((entry) => owns(entry.fieldsV1, path)) ? [] : [{ path: path.join('.'), from, to: null }];
  });
}

/** Paths of a `fieldsV1` tree; a list's entries (`k:…`, `v:…`) belong to the list. */
function leaves(fields: unknown, path: string[]): string[][] {
  const inner = isMapping(fields) ? Object.entries(fields).filter(([key]) => key.startsWith('f:')) : [];
  if (inner.length === 0) return path.length === 0 ? [] : [path];
  return inner.flatMap(([key, value]) => leaves(value, [...path, key.slice(2)]));
}

function owns(fields: unknown, path: readonly string[]): boolean {
  return read(fields, path.map((key) => `f:${key}`)) !== undefined;
}

function read(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), value);
}
