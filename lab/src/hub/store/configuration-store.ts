import { join } from 'node:path';
import { Journal } from './journal.js';
import type { Configuration } from './model.js';

/** All automatic deployments, in memory and in a file. */
export class ConfigurationStore {
  readonly #byId: Map<string, Configuration>;
  readonly #journal: Journal<Configuration>;

  constructor(dataDir: string, onError?: (error: unknown) => void) {
    const file = join(dataDir, 'configurations.jsonl');
    this.#byId = Journal.read<Configuration>(file);
    this.#journal = new Journal<Configuration>(file, { lookup: (id) => this.#byId.get(id), keys: () => this.#byId.keys() }, onError === undefined ? {} : { onError });
    // If the last line is incomplete, new lines must not follow it.
    this.#journal.compact();
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Configuration | undefined {
    return this.#byId.get(id);
  }

  all(): Configuration[] {
    return [...this.#byId.values()];
  }

  put(configuration: Configuration): void {
    this.#byId.set(configuration.id, configuration);
    this.#journal.mark(configuration.id);
  }

  delete(id: string): void {
    this.#byId.delete(id);
    this.#journal.mark(id);
  }

  flush(): Promise<void> {
    return this.#journal.flush();
  }
}
