type Kind = { kind: 'write' | 'unordered' } | { kind: 'delete'; uid: string | undefined };
type Doubt = Kind & { at: number };

/** For this time at most, if nothing settles it: an event of the watch is not that late. */
const longestMs = 60_000;

/** The keys whose shown state may be older than the caller's own last request. */
export class Doubts {
  readonly #doubts = new Map<string, Doubt>();

  constructor(private readonly now: () => number) {}

  raise(key: string, doubt: Kind): void {
    this.#doubts.set(key, { ...doubt, at: this.now() });
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  keys(): string[] {
    return this.#doubts.size === 0 ? [] : [...this.#doubts.keys()].filter((key) => this.has(key));
  }

  get(key: string): Doubt | undefined {
    const doubt = this.#doubts.get(key);
    if (doubt === undefined || this.now() - doubt.at < longestMs) return doubt;
    this.#doubts.delete(key);
    return undefined;
  }

  /** The server has answered a question that was asked with this doubt. */
  settle(key: string, doubt: object | undefined, found: boolean): void {
    const now = this.#doubts.get(key);
    if (now === undefined || now !== doubt || now.kind === 'unordered') return;
    // The caller deleted what was not shown yet: events of that object may still come.
    if (now.kind === 'delete' && now.uid === undefined && !found) return;
    this.#doubts.delete(key);
  }

  /** The watch tells that an object is deleted, or is being deleted. */
  deleted(key: string, uid: string | undefined): void {
    const doubt = this.#doubts.get(key);
    if (doubt?.kind === 'delete' && (doubt.uid === undefined || doubt.uid === uid)) this.#doubts.delete(key);
  }

  /** Forgets what is too old. */
  clean(): void {
    for (const key of this.#doubts.keys()) this.get(key);
  }
}
