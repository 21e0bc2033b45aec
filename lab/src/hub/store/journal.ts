import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One line of the file: the whole record of a key, or null once it is gone. */
interface Line<T> {
  k: string;
  v: T | null;
}

export interface JournalOptions {
  /** How long changes may wait before they are written. A `kill -9` loses at most these. */
  coalesceMs?: number;
  /** At this size in bytes the file is rewritten, with one line for each key. */
  compactAbove?: number;
  onError?: (error: unknown) => void;
}

/**
 * Keeps a map of records in one append-only file of JSON lines. It writes whole records, so it does no harm to read a
 * line twice. A killed process can leave an incomplete last line, which is dropped.
 */
export class Journal<T> {
  readonly #file: string;
  readonly #lookup: (key: string) => T | undefined;
  readonly #keys: () => Iterable<string>;
  readonly #options: Required<JournalOptions>;
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #size = 0;

  constructor(file: string, source: { lookup: (key: string) => T | undefined; keys: () => Iterable<string> }, options: JournalOptions = {}) {
    this.#file = file;
    this.#lookup = source.lookup;
    this.#keys = source.keys;
    this.#options = { coalesceMs: 50, compactAbove: 32 * 1024 * 1024, onError: () => undefined, ...options };
    mkdirSync(dirname(file), { recursive: true });
  }

  /** Reads the file of an earlier run. Call it once, before the first change. */
  static read<T>(file: string): Map<string, T> {
    const records = new Map<string, T>();
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return records;
      throw error;
    }
    for (const line of text.split('\n')) {
      const parsed = parseLine<T>(line);
      if (parsed === undefined) continue;
      if (parsed.v === null) records.delete(parsed.k);
      else records.set(parsed.k, parsed.v);
    }
    return records;
  }

  /** Call it after a record was put or deleted. */
  mark(key: string): void {
    this.#dirty.add(key);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#append()).catch(this.#options.onError);
    }, this.#options.coalesceMs);
  }

  /** Rewrites the file with one line for each key: temporary file, sync, rename. */
  compact(): void {
    const temporary = `${this.#file}.tmp`;
    const fd = openSync(temporary, 'w', 0o600);
    try {
      this.#dirty.clear();
      for (const key of this.#keys()) writeSync(fd, this.#line(key));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, this.#file);
    this.#size = statSync(this.#file).size;
  }

  /** Writes all waiting changes now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    const text = this.#take();
    if (text !== '') appendFileSync(this.#file, text, { mode: 0o600 });
  }

  async #append(): Promise<void> {
    const keys = [...this.#dirty];
    const text = this.#take();
    if (text === '') return;
    try {
      await appendFile(this.#file, text, { mode: 0o600 });
    } catch (error) {
      // If the disk is full now, it may have room at the next change.
      for (const key of keys) this.#dirty.add(key);
      throw error;
    }
    this.#size += text.length;
    if (this.#size > this.#options.compactAbove) this.compact();
  }

  #take(): string {
    const text = [...this.#dirty].map((key) => this.#line(key)).join('');
    this.#dirty.clear();
    return text;
  }

  #line(key: string): string {
    const line: Line<T> = { k: key, v: this.#lookup(key) ?? null };
    return `${JSON.stringify(line)}\n`;
  }
}

function parseLine<T>(line: string): Line<T> | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as Line<T>;
  } catch {
    return undefined;
  }
}
