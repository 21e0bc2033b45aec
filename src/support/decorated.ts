/** A port with other functions in place of some of its own. */
export function decorated<T extends object>(port: T, over: Partial<T>): T {
  return new Proxy(port, {
    get(target, key) {
      if (Object.hasOwn(over, key)) return over[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** A port whose calls go through `around`, which gets the name of each and must make it. `close` is no call. */
export function aroundCalls<T extends object>(port: T, around: (name: string, call: () => unknown) => unknown): T {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const method = (value as (...args: unknown[]) => unknown).bind(target);
      return key === 'close' ? method : (...args: unknown[]): unknown => around(String(key), () => method(...args));
    },
  });
}
