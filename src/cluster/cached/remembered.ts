import { untilAborted, abortError } from '../../support/abort.js';
import { systemClock, type Clock } from '../../support/clock.js';

/** Remembers answers for some time. It never remembers an error, and asks once for callers at the same time. */
export class Remembered<T> {
  readonly #answers = new Map<string, { until: number; value: Promise<T> }>();

  /** @param keepMs for how many milliseconds an answer counts */
  constructor(private readonly keepMs: (answer: T) => number, private readonly clock: Pick<Clock, 'now'> = systemClock) {}

  /** `ask` serves all callers, so it gets no signal of one of them. */
  async get(key: string, ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal?.aborted) throw abortError(signal);
    const known = this.#answers.get(key);
    const entry = known !== undefined && this.clock.now() < known.until ? known : this.#ask(key, ask);
    try {
      return await untilAborted(entry.value, signal);
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    }
  }

  forget(): void {
    this.#answers.clear();
  }

  #ask(key: string, ask: () => Promise<T>): { value: Promise<T> } {
    const entry = { until: Number.POSITIVE_INFINITY, value: ask() };
    this.#answers.set(key, entry);
    entry.value.then((answer) => (entry.until = this.clock.now() + this.keepMs(answer)), () => {
      if (this.#answers.get(key) === entry) this.#answers.delete(key);
    });
    return entry;
  }
}
