/**
 * Runs `work` for each item, at most `concurrency` at a time, in their order. `work` must not throw for one item: an error of
 * it ends the whole.
 */
export async function forEachOf<T>(items: readonly T[], concurrency: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, items.length)) }, worker));
}

/** A number of slots; who gets none waits in a queue. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** True while a slot is free at once. */
  get isFree(): boolean {
    return this.#free > 0;
  }

  /** Waits for a slot; the answer gives it back, and may be called again. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const wake = this.#waiting.shift();
      if (wake === undefined) this.#free += 1;
      else wake();
    };
  }
}
