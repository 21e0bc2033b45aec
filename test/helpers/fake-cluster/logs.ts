import type { LogOptions } from '../../../src/cluster/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';

interface Log {
  lines: string[];
  ended: boolean;
  listeners: Set<() => void>;
}

/** Container logs by pod. A follower gets the existing lines and then the new ones, until the log ends or its signal aborts. */
export class FakeLogs {
  readonly #logs = new Map<string, Log>();
  /** How often each pod's log was opened. */
  readonly opened = new Map<string, number>();

  write(pod: string, ...lines: string[]): void {
    const log = this.#log(pod);
    log.lines.push(...lines);
    for (const listener of log.listeners) listener();
  }

  /** Ends the streams that are open now, as a rotation or a lost connection does; the log goes on. */
  cut(pod: string): void {
    const log = this.#log(pod);
    log.ended = true;
    for (const listener of log.listeners) listener();
  }

  #log(pod: string): Log {
    const log = this.#logs.get(pod) ?? { lines: [], ended: false, listeners: new Set() };
    this.#logs.set(pod, log);
    return log;
  }

  async *read(options: LogOptions): AsyncIterable<string> {
    this.opened.set(options.pod, (this.opened.get(options.pod) ?? 0) + 1);
    const log = this.#logs.get(options.pod);
    if (log === undefined) throw new EdgeVmError('not-found', `pods "${options.pod}" not found`);
    log.ended = false;
    let next = options.tailLines === undefined ? 0 : Math.max(0, log.lines.length - options.tailLines);
    while (options.signal?.aborted !== true) {
      if (next < log.lines.length) {
        yield log.lines[next++]!;
        continue;
      }
      if (options.follow !== true || log.ended) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          log.listeners.delete(wake);
          resolve();
        };
        log.listeners.add(wake);
        options.signal?.addEventListener('abort', wake, { once: true });
      });
    }
  }
}
