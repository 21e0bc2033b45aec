/**
 * The container logs that the lab's kubelet serves. Simulated guests append console lines; `GET pods/log` reads and
 * follows them. Each pod has its own log: a new launcher pod starts empty, as in the field.
 */
export interface ConsoleLine {
  /** Milliseconds since the epoch. */
  at: number;
  text: string;
}

export class ConsoleStore {
  readonly #lines = new Map<string, ConsoleLine[]>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #maxLines: number;

  constructor(maxLines = 2000) {
    this.#maxLines = maxLines;
  }

  static key(namespace: string, pod: string): string {
    return `${namespace}/${pod}`;
  }

  append(namespace: string, pod: string, text: string, at = Date.now()): void {
    const key = ConsoleStore.key(namespace, pod);
    const lines = this.#lines.get(key) ?? [];
    lines.push({ at, text });
    if (lines.length > this.#maxLines) lines.splice(0, lines.length - this.#maxLines);
    this.#lines.set(key, lines);
    this.#notify(key);
  }

  lines(namespace: string, pod: string): readonly ConsoleLine[] {
    return this.#lines.get(ConsoleStore.key(namespace, pod)) ?? [];
  }

  /** Deletes a pod's log and notifies its followers. They should end when the pod is gone. */
  drop(namespace: string, pod: string): void {
    const key = ConsoleStore.key(namespace, pod);
    this.#lines.delete(key);
    this.#notify(key);
  }

  /** Calls `listener` after each change; returns a function that stops this. */
  subscribe(namespace: string, pod: string, listener: () => void): () => void {
    const key = ConsoleStore.key(namespace, pod);
    const set = this.#listeners.get(key) ?? new Set();
    set.add(listener);
    this.#listeners.set(key, set);
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#listeners.delete(key);
    };
  }

  #notify(key: string): void {
    for (const listener of this.#listeners.get(key) ?? []) listener();
  }
}
