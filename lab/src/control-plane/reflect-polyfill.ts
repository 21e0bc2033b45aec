/**
 * Three functions of the reflect-metadata proposal. `@peculiar/x509` needs them for the dependency injection inside it.
 * Import this module before it.
 */
type Store = Map<unknown, unknown>;
type MetadataReflect = typeof Reflect & {
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  getMetadata?: (key: unknown, target: object) => unknown;
};

const stores = new WeakMap<object, Store>();
const reflect: MetadataReflect = Reflect;

reflect.defineMetadata ??= (key, value, target) => {
  const store: Store = stores.get(target) ?? new Map();
  stores.set(target, store.set(key, value));
};
reflect.getOwnMetadata ??= (key, target) => stores.get(target)?.get(key);
reflect.getMetadata ??= (key, target) => {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const store = stores.get(at);
    if (store?.has(key)) return store.get(key);
  }
  return undefined;
};
