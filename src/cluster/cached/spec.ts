import { systemClock, type Clock } from '../../support/clock.js';
import type { KubeObject, ResourceType } from '../types.js';
import { entryOf, objectOf, type Entry } from './entry.js';
import { ObjectCache, type EntryChange } from './object-cache.js';
import { selects, type Requirement } from '../label-selector.js';
import { parseLabelSelector } from './selector.js';
import { EdgeVmError } from '../../support/errors.js';

/** What to cache of one type. */
export interface CacheSpec {
  type: ResourceType;
  /** Each gets a watch of its own; all namespaces if absent, or if the type has none. */
  namespaces?: readonly string[];
  /** Only these; a read of any other object asks the server. */
  labelSelector?: string;
  /** Leaves out what nobody reads, to save memory: see `strip.ts`. */
  strip?: (object: KubeObject) => KubeObject;
  /** The key by which `Caches.objects` finds objects, for example the name of the device. */
  key?: (object: KubeObject) => string | undefined;
}

/** A change of what a cache shows: by an event of the watch, or by an answer to a request of the caller. */
export interface CacheChange {
  type: 'added' | 'modified' | 'deleted';
  resource: ResourceType;
  /** The new object, or the last state of a deleted one. Read when it is used. */
  readonly object: KubeObject;
  /** The state before, of a modified or deleted object. */
  readonly old: KubeObject | undefined;
}

/** The cache of one type in one namespace, or in all of them. */
export interface Scope {
  spec: CacheSpec;
  /** Absent: all namespaces. */
  namespace: string | undefined;
  /** The conditions of the label selector; empty if the cache is complete. */
  requirements: readonly Requirement[];
  cache: ObjectCache;
  /** It has a complete list, and its watch works. */
  isLive: boolean;
  /** A watch keeps it up to date. */
  isWatched: boolean;
  /** Why its watch does not work now. */
  failure: unknown;
  /** Called for each change. */
  listeners: Set<(change: EntryChange) => void>;
  /** Called when its watch fails. */
  onFailure: Set<() => void>;
  /** Keys of the objects by `spec.key`. */
  byKey: Map<string, Set<string>>;
}

/** The scopes of a spec, still empty. Throws `unexpected` for a label selector that edge-vm cannot evaluate itself. */
export function scopesOf(spec: CacheSpec, { clock = systemClock, onChange }: { clock?: Pick<Clock, 'now'>; onChange?: (change: CacheChange) => void } = {}): Scope[] {
  const requirements = parseLabelSelector(spec.labelSelector);
  if (requirements === undefined) throw new EdgeVmError('unexpected', `a cache of ${spec.type.plural} cannot evaluate label selector ${spec.labelSelector}`);
  const namespaces = spec.type.namespaced && spec.namespaces !== undefined ? [...new Set(spec.namespaces)] : [undefined];
  return namespaces.map((namespace) => {
    const byKey: Scope['byKey'] = new Map();
    const listeners: Scope['listeners'] = new Set();
    const cache = new ObjectCache({
      now: () => clock.now(),
      fits: ({ metadata }) => selects(requirements, metadata.labels),
      strip: spec.strip ?? ((object) => object),
      onChange: (change) => {
        if (spec.key !== undefined) index(byKey, spec.key, change);
        for (const listener of listeners) listener(change);
        onChange?.(changeOf(spec.type, change));
      },
    });
    return { spec, namespace, requirements, cache, isLive: false, isWatched: false, failure: undefined, listeners, onFailure: new Set(), byKey };
  });
}

function changeOf(resource: ResourceType, { type, entry, old }: EntryChange): CacheChange {
  return {
    type, resource,
    get object() {
      return objectOf(entry);
    },
    get old() {
      return old === undefined ? undefined : objectOf(old);
    },
  };
}

function index(byKey: Scope['byKey'], key: NonNullable<CacheSpec['key']>, { type, entry, old }: EntryChange): void {
  const before = old === undefined ? undefined : key(objectOf(old));
  const after = type === 'deleted' ? undefined : key(objectOf(entry));
  if (before === after) return;
  if (before !== undefined) {
    const others = byKey.get(before);
    others?.delete(entry.key);
    if (others?.size === 0) byKey.delete(before);
  }
  if (after === undefined) return;
  const group = byKey.get(after);
  if (group === undefined) byKey.set(after, new Set([entry.key]));
  else group.add(entry.key);
}

export { entryOf, objectOf, type Entry };
