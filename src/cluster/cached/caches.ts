import { delayOf, type Backoff } from '../../support/backoff.js';
import { systemClock, type Clock } from '../../support/clock.js';
import { isFinal } from '../watch-request.js';
import type { Cluster, KubeObject, ResourceType } from '../types.js';
import { objectOf, scopesOf, type CacheChange, type CacheSpec, type Scope } from './spec.js';

/** A watch that does not work now. Reads of its type ask the server meanwhile. */
export interface CacheFailure {
  resource: ResourceType;
  namespace: string | undefined;
  error: unknown;
}

export interface CacheOptions {
  /** Ends all watches. */
  signal: AbortSignal;
  onChange?: (change: CacheChange) => void;
  /** A watch failed with an error that the next request does not fix (a missing right, a type that is not served, no credentials). It is tried again, with longer and longer pauses. */
  onFailure?: (failure: CacheFailure) => void;
  clock?: Clock;
}

/** The caches of several types, kept up to date by one watch for each type and namespace. */
export interface Caches {
  /** Resolves when each cache has its objects, or is failing. Never rejects. */
  readonly synced: Promise<void>;
  readonly failing: readonly CacheFailure[];
  /** All objects of a type in the caches, or those whose `spec.key` is `key`. Shows at once what the caller wrote. */
  objects(type: ResourceType, key?: string): KubeObject[];
  /** Number of objects and characters of kept text by plural. */
  sizes(): Record<string, { objects: number; characters: number }>;
  readonly scopes: readonly Scope[];
  /** Calls the listener for each change, until the returned function is called. */
  subscribe(listener: (change: CacheChange) => void): () => void;
  /** Resolves when all watches have ended, after the signal. */
  readonly ended: Promise<void>;
}

const backoff: Backoff = { firstMs: 1_000, maxMs: 60_000 };

/** Starts one watch for each type and namespace. */
export function startCaches(cluster: Cluster, specs: readonly CacheSpec[], { signal, onChange, onFailure, clock = systemClock }: CacheOptions): Caches {
  const listeners = new Set<(change: CacheChange) => void>();
  if (onChange !== undefined) listeners.add(onChange);
  const scopes = specs.flatMap((spec) => scopesOf(spec, { clock, onChange: (change) => tell(listeners, change) }));
  const failing = new Map<Scope, CacheFailure>();

  const runs = scopes.map((scope) => {
    scope.isWatched = true;
    let ready = (): void => undefined;
    const synced = new Promise<void>((resolve) => (ready = resolve));
    const failed = (error: unknown): void => {
      scope.isLive = false;
      scope.failure = error;
      for (const listener of scope.onFailure) listener();
      const failure = { resource: scope.spec.type, namespace: scope.namespace, error };
      failing.set(scope, failure);
      onFailure?.(failure);
      if (isFinal(error)) ready();
    };
    const listed = (): void => {
      scope.isLive = true;
      scope.failure = undefined;
      failing.delete(scope);
      ready();
    };
    const ended = keep(cluster, scope, { signal, clock, failed, listed }).finally(() => {
      scope.isLive = false;
      ready();
    });
    return { synced, ended };
  });

  return {
    scopes,
    synced: Promise.all(runs.map((run) => run.synced)).then(() => undefined),
    ended: Promise.all(runs.map((run) => run.ended)).then(() => undefined),
    get failing() {
      return [...failing.values()];
    },
    objects(type, key) {
      return scopes.filter(({ spec }) => isSameType(spec.type, type)).flatMap(({ cache, byKey }) => {
        const entries = key === undefined ? [...cache.values()] : [...(byKey.get(key) ?? [])].flatMap((one) => cache.find(one) ?? []);
        return entries.map(objectOf);
      });
    },
    sizes() {
      const sums: Record<string, { objects: number; characters: number }> = {};
      for (const { spec, cache } of scopes) {
        const { objects, characters } = sums[spec.type.plural] ?? { objects: 0, characters: 0 };
        sums[spec.type.plural] = { objects: objects + cache.size, characters: characters + cache.length };
      }
      return sums;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A fault of a listener must not leave a cache half changed, nor be lost. */
function tell(listeners: ReadonlySet<(change: CacheChange) => void>, change: CacheChange): void {
  for (const listener of listeners) {
    try {
      listener(change);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** Keeps one cache until the signal fires; a failed watch starts again. */
async function keep(cluster: Cluster, { spec, namespace, cache }: Scope, { signal, clock, failed, listed }: {
  signal: AbortSignal; clock: Clock; failed: (error: unknown) => void; listed: () => void;
}): Promise<void> {
  const { type, labelSelector } = spec;
  const selection = { ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) };
  for (let failures = 0; !signal.aborted;) {
    try {
      for await (const event of cluster.listWatch(type, { ...selection, signal, each: cache.entry })) {
        if (event.type === 'listed') {
          cache.replace(event.objects, event.resourceVersion);
          listed();
        } else cache.note(event.type, event.object);
        failures = 0;
      }
      // It ends by itself only when the connection was closed.
      return;
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
    }
    failures += 1;
    await clock.sleep(delayOf(failures, backoff), signal);
  }
}

function isSameType(a: ResourceType, b: ResourceType): boolean {
  return a.kind === b.kind && a.apiVersion === b.apiVersion;
}
