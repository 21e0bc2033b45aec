import { keyOf } from '../key.js';
import type { KubeObject, ObjectMeta } from '../types.js';
import { putLines, takeLines } from './shared-lines.js';

/** What a cache keeps of an object: its metadata, and the rest as text, which needs a fraction of the memory and cannot be changed by a reader. */
export interface Entry {
  /** `namespace/name`. */
  key: string;
  /** Without `managedFields`. */
  meta: ObjectMeta;
  apiVersion: string;
  kind: string;
  /** Whether `text` has `managedFields`. */
  hasManagers: boolean;
  /** Names of the other fields in `text`. */
  fields: readonly string[];
  /** JSON of all other fields, and of `managedFields`. */
  text: string;
  /** Large values of a Secret, which are not in `text`. */
  lines: ReturnType<typeof takeLines>['lines'];
}

/** Objects of one kind have the same few lists of fields, which are kept once. An odd object must not fill this. */
const lists = new Map<string, readonly string[]>();
const mostLists = 100;

function sharedNames(names: readonly string[]): readonly string[] {
  const id = names.join();
  const known = lists.get(id);
  if (known !== undefined) return known;
  if (lists.size < mostLists) lists.set(id, names);
  return names;
}

export function entryOf({ apiVersion, kind, metadata, ...rest }: KubeObject): Entry {
  const { managedFields, ...meta } = metadata;
  const { rest: data, lines } = kind === 'Secret' ? takeLines(rest['data']) : { rest: rest['data'], lines: undefined };
  const fields = sharedNames(Object.keys(rest).filter((field) => rest[field] !== undefined));
  return { key: keyOf(metadata), meta: structuredClone(meta), apiVersion, kind, hasManagers: managedFields !== undefined, fields, text: JSON.stringify({ ...rest, data, managedFields }), lines };
}

/** A copy that belongs to the reader. What is kept as text is read only when it is used. */
export function objectOf({ meta, apiVersion, kind, hasManagers, fields, text, lines }: Entry): KubeObject {
  let parsed: Record<string, unknown> | undefined;
  const later = (target: object, field: string): void => {
    const fix = (value: unknown): void => void Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
    Object.defineProperty(target, field, {
      enumerable: true, configurable: true, set: fix,
      get() {
        parsed ??= JSON.parse(text) as Record<string, unknown>;
        const value = field === 'data' && lines !== undefined ? putLines(parsed[field], lines) : parsed[field];
        fix(value);
        return value;
      },
    });
  };
  const metadata: ObjectMeta = { ...meta };
  if (meta.labels !== undefined) metadata.labels = { ...meta.labels };
  if (meta.annotations !== undefined) metadata.annotations = { ...meta.annotations };
  if (meta.finalizers !== undefined) metadata.finalizers = [...meta.finalizers];
  if (meta.ownerReferences !== undefined) metadata.ownerReferences = meta.ownerReferences.map((one) => ({ ...one }));
  if (hasManagers) later(metadata, 'managedFields');
  const object = { apiVersion, kind, metadata };
  for (const field of fields) later(object, field);
  return object;
}
