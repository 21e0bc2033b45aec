import { abortError, untilAborted } from '../../support/abort.js';
import { isForbidden } from '../absent.js';
import type { CallOptions, Cluster, KubeObject, ObjectRef, Rights } from '../types.js';
import type { Caches } from './caches.js';
import { keyOf, partsOf } from '../key.js';
import { doubtsIn, fits, Lookup, objectOf, placeOf, select, typeOf, type Selection } from './lookup.js';
import { watchCache } from './local-watch.js';
import { Remembered } from './remembered.js';
import { systemClock, type Clock } from '../../support/clock.js';
import type { Scope } from './spec.js';

const minute = 60_000;

/**
 * A `Cluster` that answers `get`, `list` and `watch` from caches where they have the answer, and sends all else on. Answers to its
 * own writes go into the caches at once, so a caller reads what it wrote. After a write that failed or whose answer was
 * lost, the next read of that object asks the server. Rights, served group versions and the server's version are remembered:
 * a yes for some minutes, a no for 20 s, an error never; after a refusal for missing rights it asks again.
 */
export function cachedCluster(cluster: Cluster, { scopes }: Pick<Caches, 'scopes'>, { clock = systemClock }: { clock?: Pick<Clock, 'now'> } = {}): Cluster {
  const lookup = new Lookup(scopes);
  const yesOrNo = (answer: boolean): number => (answer ? 5 * minute : minute / 3);
  const served = new Remembered<boolean>(yesOrNo, clock);
  const allowed = new Remembered<boolean>(yesOrNo, clock);
  const rights = new Remembered<Rights>(() => minute, clock);
  const versions = new Remembered<string>(() => 10 * minute, clock);

  const check = ({ signal }: CallOptions): void => {
    if (signal?.aborted) throw abortError(signal);
  };

  /** Asks the server about one object, and tells the caches its answer. */
  const ask = async (ref: ObjectRef, options: CallOptions, caches: readonly Scope[], key: string): Promise<KubeObject | undefined> => {
    const questions = caches.map(({ cache }) => ({ cache, question: cache.question(key) }));
    const object = await noting(cluster.get(ref, options), []);
    for (const { cache, question } of questions) cache.settle(question, object);
    return object;
  };

  const asked = new Map<string, Promise<unknown>>();
  /**
   * Asks about each object that is in doubt, once for all lists: a narrow list could not settle that an object does not exist, and
   * each list of others would ask the server as long as the doubt lasts. An object that it may not read stays in doubt.
   */
  const settleDoubts = async (selection: Selection, { signal }: CallOptions): Promise<void> => {
    const { type } = selection.scope.spec;
    await Promise.all(doubtsIn(selection).map((key) => {
      const id = `${type.plural}/${key}`;
      const { name, namespace } = partsOf(key);
      const known = asked.get(id);
      // It serves all callers, so it gets no signal of one of them.
      const answer = known ?? ask({ type, name, ...(type.namespaced ? { namespace } : {}) }, {}, lookup.of(type, namespace), key).catch(() => undefined).finally(() => asked.delete(id));
      if (known === undefined) asked.set(id, answer);
      return untilAborted(answer, signal);
    }));
  };

  /** After a failed write, nobody knows what the server has. */
  async function noting<T>(work: Promise<T>, places: readonly { scopes: readonly Scope[]; key: string }[]): Promise<T> {
    try {
      return await work;
    } catch (error) {
      for (const { scopes: of, key } of places) for (const { cache } of of) cache.doubt(key);
      if (isForbidden(error)) {
        allowed.forget();
        rights.forget();
      }
      throw error;
    }
  }

  const place = (object: unknown): { scopes: Scope[]; key: string } => {
    const { metadata } = (object ?? {}) as { metadata?: { name?: string; namespace?: string } };
    const { apiVersion, kind } = typeOf(object);
    const known = scopes.find(({ spec }) => spec.type.kind === kind && spec.type.apiVersion === apiVersion)?.spec.type;
    if (known === undefined) return { scopes: [], key: '' };
    const { namespace, key } = placeOf({ type: known, name: metadata?.name ?? '', ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }) }, cluster.namespace);
    return { scopes: lookup.of(known, namespace), key };
  };
  const placeOfRef = (ref: ObjectRef): { scopes: Scope[]; key: string } => {
    const { namespace, key } = placeOf(ref, cluster.namespace);
    return { scopes: lookup.of(ref.type, namespace), key };
  };
  const answered = (of: readonly Scope[], object: KubeObject): void => {
    for (const { cache } of of) cache.answered(object);
  };

  return {
    server: cluster.server,
    namespace: cluster.namespace,
    context: cluster.context,
    get stats() {
      return cluster.stats;
    },
    close: () => cluster.close(),
    signIn: (options) => cluster.signIn(options),
    resolve: (apiVersion, kind, options) => cluster.resolve(apiVersion, kind, options),
    table: (type, options) => cluster.table(type, options),
    watch(type, options) {
      const selection = lookup.list(type, options);
      return selection?.scope.isWatched === true ? watchCache(selection, options.signal) : cluster.watch(type, options);
    },
    listWatch: (type, options) => cluster.listWatch(type, options),
    logs: (options) => cluster.logs(options),

    async get(ref, options = {}) {
      check(options);
      const { scopes: of, key } = placeOfRef(ref);
      const live = of.filter(({ isLive }) => isLive);
      if (live.length === 0 || live.some(({ cache }) => cache.isDoubtful(key))) return ask(ref, options, of, key);
      for (const { cache } of live) {
        const entry = cache.find(key);
        if (entry !== undefined) return objectOf(entry);
      }
      if (live.some(({ requirements }) => requirements.length === 0)) return undefined;
      return ask(ref, options, of, key);
    },

    async list(type, options = {}) {
      check(options);
      const selection = lookup.list(type, options);
      if (selection === undefined) return noting(cluster.list(type, options), []);
      await settleDoubts(selection, options);
      check(options);
      if (doubtsIn(selection).length === 0) return select(selection).map(objectOf);
      const settle = asking(selection);
      const objects = await noting(cluster.list(type, options), []);
      settle(objects);
      return objects;
    },

    async apply(object, options = {}) {
      const { scopes: of, key } = place(object);
      if (options.dryRun === true) return noting(cluster.apply(object, options), []);
      const before = options.before === undefined ? known(of, key) : undefined;
      const { answer, ...all } = options;
      // A cache needs the whole object.
      const how = of.length === 0 && answer !== undefined ? options : all;
      const result = await noting(cluster.apply(object, { ...how, ...(before === undefined ? {} : { before }) }), [{ scopes: of, key }]);
      answered(of, result.object);
      return result;
    },

    async create(object, options = {}) {
      const { scopes: of, key } = place(object);
      if (options.dryRun === true) return noting(cluster.create(object, options), []);
      const made = await noting(cluster.create(object, options), [{ scopes: of, key }]);
      answered(of, made);
      return made;
    },

    async mergePatch(ref, patch, options = {}) {
      const { scopes: of, key } = placeOfRef(ref);
      const changed = await noting(cluster.mergePatch(ref, patch, options), [{ scopes: of, key }]);
      answered(of, changed);
      return changed;
    },

    async delete(ref, options = {}) {
      const { scopes: of, key } = placeOfRef(ref);
      const questions = of.map(({ cache }) => ({ cache, question: cache.question(key) }));
      const existed = await noting(cluster.delete(ref, options), [{ scopes: of, key }]);
      for (const { cache, question } of questions) {
        if (existed) cache.deleting(key);
        else cache.missing(question);
      }
      return existed;
    },

    async vmAction(name, namespace, action, body, options) {
      // The answer is without the VM, which it has changed.
      const of = scopes.filter(({ spec, namespace: own }) => spec.type.kind === 'VirtualMachine' && (own === undefined || own === namespace));
      const key = keyOf({ namespace, name });
      await noting(cluster.vmAction(name, namespace, action, body, options), [{ scopes: of, key }]);
      for (const { cache } of of) cache.doubt(key);
    },

    canI: (access, options = {}) => allowed.get(JSON.stringify(access, Object.keys(access).sort()), () => cluster.canI(access), options.signal),
    rights: (namespace, options = {}) => rights.get(namespace, () => cluster.rights(namespace), options.signal),
    serves: (apiVersion, options = {}) => served.get(apiVersion, () => cluster.serves(apiVersion), options.signal),
    version: (options = {}) => versions.get('', () => cluster.version(), options.signal),
  };
}

/** The object as the caches show it, for the comparison before an apply; `null` if it does not exist, `undefined` if they cannot say. */
function known(scopes: readonly Scope[], key: string): KubeObject | null | undefined {
  const live = scopes.filter(({ isLive }) => isLive);
  if (live.some(({ cache }) => cache.isDoubtful(key))) return undefined;
  for (const { cache } of live) {
    const entry = cache.find(key);
    if (entry !== undefined) return objectOf(entry);
  }
  return live.some(({ requirements }) => requirements.length === 0) ? null : undefined;
}

/** Before a list is asked of the server; the returned function takes its answer. */
function asking(selection: Selection): (objects: readonly KubeObject[]) => void {
  const { cache, requirements } = selection.scope;
  const questions = cache.doubtful().map((key) => cache.question(key));
  return (objects) => {
    for (const object of objects) cache.answered(object);
    const found = new Map(objects.map((object) => [keyOf(object.metadata), object]));
    for (const question of questions) {
      const object = found.get(question.key);
      // If it is not in the list: would it be there if it existed as it was shown, or as anything that belongs into the cache?
      const isTold = question.shown === undefined ? selection.requirements.length === requirements.length && fits({ meta: partsOf(question.key) }, { ...selection, requirements: [] }) : fits(question.shown, selection);
      if (object !== undefined || isTold) cache.settle(question, object);
    }
  };
}
