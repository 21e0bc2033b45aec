import type { KubeObject } from '../../../src/cluster/types.js';
import type { FieldOwners } from './field-owners.js';

export type Change = { type: 'added' | 'modified' | 'deleted'; object: KubeObject };

const foreground = 'foregroundDeletion';

interface Entry {
  object: KubeObject;
  owners: FieldOwners;
}

/** Objects with resourceVersions, finalizers and a garbage collector. */
export class ObjectStore {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(change: Change) => void>();
  #version = 100;
  #uids = 0;
  readonly #controllers: (() => boolean)[] = [];
  #settling = false;

  constructor(private readonly now: () => string) {}

  static key(kind: string, namespace: string | undefined, name: string): string {
    return `${kind}/${namespace ?? ''}/${name}`;
  }

  static keyOf(object: KubeObject): string {
    return ObjectStore.key(object.kind, object.metadata.namespace, object.metadata.name);
  }

  entry(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** The newest resourceVersion. */
  get version(): string {
    return String(this.#version);
  }

  all(): KubeObject[] {
    return [...this.#entries.values()].map((entry) => entry.object);
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A controller: called until it has nothing more to do. It returns true if it changed something. */
  addController(work: () => boolean): void {
    this.#controllers.push(work);
  }

  /** Stores an object as it is, new or changed. If nothing changed, the resourceVersion stays. */
  put(object: KubeObject, owners: FieldOwners): KubeObject {
    const key = ObjectStore.keyOf(object);
    const before = this.#entries.get(key);
    const stored = structuredClone(object);
    stored.metadata.uid ??= before?.object.metadata.uid ?? `uid-${++this.#uids}`;
    stored.metadata.creationTimestamp ??= this.now();
    if (before !== undefined && same(before.object, stored)) {
      before.owners = owners;
      return structuredClone(before.object);
    }
    stored.metadata.resourceVersion = String(++this.#version);
    this.#entries.set(key, { object: stored, owners });
    this.#notify({ type: before === undefined ? 'added' : 'modified', object: structuredClone(stored) });
    this.#settle();
    return structuredClone(stored);
  }

  /** As the API server: an object with finalizers stays; foreground deletion waits for dependants. */
  delete(key: string, propagation: 'Foreground' | 'Background' | 'Orphan'): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    if (propagation === 'Orphan') for (const one of this.#dependants(entry.object)) this.#patch(one, { ownerReferences: [] });
    const finalizers = new Set(entry.object.metadata.finalizers);
    if (propagation === 'Foreground') finalizers.add(foreground);
    this.#patch(entry.object, { deletionTimestamp: entry.object.metadata.deletionTimestamp ?? this.now(), finalizers: [...finalizers] });
    return true;
  }

  #patch(object: KubeObject, metadata: Partial<KubeObject['metadata']>): true {
    this.put({ ...object, metadata: { ...object.metadata, ...metadata } }, this.#entries.get(ObjectStore.keyOf(object))!.owners);
    return true;
  }

  #dependants(owner: KubeObject): KubeObject[] {
    return this.all().filter((one) => one.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid));
  }

  /** Collector and controllers take turns, one change at a time, until nothing changes any more. Their own changes do not start it again. */
  #settle(): void {
    if (this.#settling) return;
    this.#settling = true;
    try {
      while (this.all().some((object) => this.#collect(object)) || this.#controllers.some((work) => work()));
    } finally {
      this.#settling = false;
    }
  }

  #collect(object: KubeObject): boolean {
    const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
    if (deletionTimestamp === undefined) {
      const orphaned = ownerReferences.length > 0 && ownerReferences.every(({ uid }) => !this.all().some((one) => one.metadata.uid === uid));
      return orphaned && this.delete(ObjectStore.keyOf(object), 'Background');
    }
    if (finalizers.length === 0) return this.#remove(object);
    if (!finalizers.includes(foreground)) return false;
    const dependants = this.#dependants(object);
    const next = dependants.find((one) => one.metadata.deletionTimestamp === undefined);
    if (next !== undefined) return this.#withoutOwner(next, object) || this.delete(ObjectStore.keyOf(next), 'Foreground');
    return dependants.length === 0 && this.#patch(object, { finalizers: finalizers.filter((one) => one !== foreground) });
  }

  /** An object with another owner that stays only loses this one. */
  #withoutOwner(object: KubeObject, owner: KubeObject): boolean {
    const rest = object.metadata.ownerReferences!.filter(({ uid }) => uid !== owner.metadata.uid);
    const stays = (one: KubeObject): boolean => one.metadata.finalizers?.includes(foreground) !== true;
    return rest.some(({ uid }) => this.all().some((one) => one.metadata.uid === uid && stays(one))) && this.#patch(object, { ownerReferences: rest });
  }

  #remove(object: KubeObject): true {
    this.#entries.delete(ObjectStore.keyOf(object));
    const last = structuredClone(object);
    last.metadata.resourceVersion = String(++this.#version);
    this.#notify({ type: 'deleted', object: last });
    return true;
  }

  #notify(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function same(a: KubeObject, b: KubeObject): boolean {
  const plain = (object: KubeObject): string => JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } }, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1))) : value);
  return plain(a) === plain(b);
}
