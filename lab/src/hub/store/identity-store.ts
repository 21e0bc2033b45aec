import { join } from 'node:path';
import { Journal } from './journal.js';
import { identityKey, type Identity } from './model.js';

/**
 * All devices and modules, in memory and in a file. The owners of records change them in place; then they call `put`,
 * which writes the change.
 */
export class IdentityStore {
  readonly #devices = new Map<string, Identity>();
  readonly #modules = new Map<string, Map<string, Identity>>();
  readonly #journal: Journal<Identity>;
  /** Called after each change of a device or module, and with the record of one that is gone. */
  onChange: (record: Identity) => void = () => undefined;

  constructor(dataDir: string, onError?: (error: unknown) => void) {
    const file = join(dataDir, 'identities.jsonl');
    for (const record of Journal.read<Identity>(file).values()) this.#insert(record);
    this.#journal = new Journal<Identity>(
      file,
      { lookup: (key) => this.#lookup(key), keys: () => this.#keys() },
      onError === undefined ? {} : { onError },
    );
    // If the last line is incomplete, new lines must not follow it.
    this.#journal.compact();
  }

  get deviceCount(): number {
    return this.#devices.size;
  }

  device(deviceId: string): Identity | undefined {
    return this.#devices.get(deviceId);
  }

  module(deviceId: string, moduleId: string): Identity | undefined {
    return this.#modules.get(deviceId)?.get(moduleId);
  }

  /** The module if `moduleId` is given, else the device. */
  get(deviceId: string, moduleId?: string): Identity | undefined {
    return moduleId === undefined ? this.device(deviceId) : this.module(deviceId, moduleId);
  }

  devices(): Iterable<Identity> {
    return this.#devices.values();
  }

  modules(deviceId: string): Identity[] {
    return [...(this.#modules.get(deviceId)?.values() ?? [])];
  }

  *allModules(): Iterable<Identity> {
    for (const modules of this.#modules.values()) yield* modules.values();
  }

  put(record: Identity): void {
    this.#insert(record);
    this.#journal.mark(identityKey(record.deviceId, record.moduleId));
    this.onChange(record);
  }

  /** Removes a device with its modules. Returns what was removed. */
  delete(deviceId: string, moduleId?: string): Identity[] {
    const record = this.get(deviceId, moduleId);
    if (record === undefined) return [];
    const removed = moduleId === undefined ? [record, ...this.modules(deviceId)] : [record];
    for (const { deviceId: d, moduleId: m } of removed) {
      if (m === undefined) this.#devices.delete(d);
      else this.#modules.get(d)?.delete(m);
      this.#journal.mark(identityKey(d, m));
    }
    return removed;
  }

  flush(): Promise<void> {
    return this.#journal.flush();
  }

  #insert(record: Identity): void {
    if (record.moduleId === undefined) {
      this.#devices.set(record.deviceId, record);
      return;
    }
    const modules = this.#modules.get(record.deviceId) ?? new Map<string, Identity>();
    modules.set(record.moduleId, record);
    this.#modules.set(record.deviceId, modules);
  }

  #lookup(key: string): Identity | undefined {
    const slash = key.indexOf('/');
    return slash < 0 ? this.device(key) : this.module(key.slice(0, slash), key.slice(slash + 1));
  }

  *#keys(): Iterable<string> {
    yield* this.#devices.keys();
    for (const record of this.allModules()) yield identityKey(record.deviceId, record.moduleId);
  }
}
