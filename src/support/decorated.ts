import type { Cluster } from '../../cluster/types.js';

/** A cluster port with other functions in place of some of its own. */
export function decorated(cluster: Cluster, over: Partial<Cluster>): Cluster {
  return new Proxy(cluster, {
    get(target, key) {
      if (Object.hasOwn(over, key)) return over[key as keyof Cluster];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
