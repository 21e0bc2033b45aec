import type { Cluster } from '../cluster/types.js';
import type { Hub } from '../hub/types.js';
import { textAt } from '../support/plain.js';
import { EdgeVmError } from '../support/errors.js';
import type { Metrics } from './metrics.js';

type Counts = Pick<Metrics, 'apiRequest' | 'hubRequest' | 'throttled'>;

/** Runs a call, and counts its end: `200`, the status of a refusal, or the word of an error without a status. */
async function counted<T>(work: Promise<T>, count: (code: string) => void, throttled: () => void): Promise<T> {
  try {
    const result = await work;
    count('200');
    return result;
  } catch (error) {
    const code = codeOf(error);
    count(code);
    if (code === '429') throttled();
    throw error;
  }
}

function codeOf(error: unknown): string {
  if (!EdgeVmError.is(error)) return error instanceof Error && error.name === 'AbortError' ? 'aborted' : 'unexpected';
  const { status } = error.details;
  return typeof status === 'number' ? String(status) : error.code;
}

/** A cluster whose calls are counted by verb, resource and answer. It belongs below caches: a read from a cache is no request. */
export function meteredCluster(cluster: Cluster, metrics: Counts): Cluster {
  const call = <T>(verb: string, resource: string, work: Promise<T>): Promise<T> => counted(work, (code) => metrics.apiRequest(verb, resource, code), () => metrics.throttled('api'));
  const plural = (object: unknown): string => `${(textAt(object, 'kind') ?? 'unknown').toLowerCase()}s`;
  async function* stream<T>(resource: string, events: AsyncIterable<T>): AsyncGenerator<T> {
    metrics.apiRequest('watch', resource, '200');
    yield* events;
  }
  return {
    server: cluster.server, namespace: cluster.namespace, context: cluster.context,
    get stats() { return cluster.stats; },
    close: () => cluster.close(),
    signIn: (options) => cluster.signIn(options),
    get: (ref, options) => call('get', ref.type.plural, cluster.get(ref, options)),
    list: (type, options) => call('list', type.plural, cluster.list(type, options)),
    table: (type, options) => call('list', type.plural, cluster.table(type, options)),
    watch: (type, options) => stream(type.plural, cluster.watch(type, options)),
    listWatch: (type, options) => stream(type.plural, cluster.listWatch(type, options)),
    resolve: (apiVersion, kind, options) => cluster.resolve(apiVersion, kind, options),
    apply: (object, options) => call('apply', plural(object), cluster.apply(object, options)),
    create: (object, options) => call('create', plural(object), cluster.create(object, options)),
    mergePatch: (ref, patch, options) => call('patch', ref.type.plural, cluster.mergePatch(ref, patch, options)),
    delete: (ref, options) => call('delete', ref.type.plural, cluster.delete(ref, options)),
    logs: (options) => {
      metrics.apiRequest('get', 'pods/log', '200');
      return cluster.logs(options);
    },
    vmAction: (name, namespace, action, body, options) => call('update', `virtualmachines/${action}`, cluster.vmAction(name, namespace, action, body, options)),
    canI: (access, options) => call('create', 'selfsubjectaccessreviews', cluster.canI(access, options)),
    rights: (namespace, options) => call('create', 'selfsubjectrulesreviews', cluster.rights(namespace, options)),
    serves: (apiVersion, options) => cluster.serves(apiVersion, options),
    version: (options) => cluster.version(options),
  };
}

/** A hub whose calls are counted by operation and answer. */
export function meteredHub<T extends Hub>(hub: T, metrics: Counts): T {
  return new Proxy(hub, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'close') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = (value as (...all: unknown[]) => unknown).apply(target, args);
        const count = (code: string): void => metrics.hubRequest(String(name), code);
        if (result instanceof Promise) return counted(result, count, () => metrics.throttled('hub'));
        return countedPages(result as AsyncIterable<unknown>, count, () => metrics.throttled('hub'));
      };
    },
  });
}

async function* countedPages<T>(pages: AsyncIterable<T>, count: (code: string) => void, throttled: () => void): AsyncGenerator<T> {
  try {
    yield* pages;
    count('200');
  } catch (error) {
    const code = codeOf(error);
    count(code);
    if (code === '429') throttled();
    throw error;
  }
}
