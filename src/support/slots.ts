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
