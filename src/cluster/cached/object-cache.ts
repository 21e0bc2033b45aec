import type { KubeObject } from '../types.js';
import { Doubts } from './doubts.js';
import { entryOf, type Entry } from './entry.js';
import { LabelIndex } from './label-index.js';
import type { Requirement } from '../label-selector.js';
import { isNewer, isOrdered } from './version.js';

/** A change of what a cache shows. */
export interface EntryChange {
  type: 'added' | 'modified' | 'deleted';
  entry: Entry;
  /** What it showed before, of the same object. */
  old?: Entry;
}

/** An object that is not shown, although late events may still tell of it. */
interface Hidden {
  uid: string | undefined;
  /** The newest version that was known. Events up to it do not count. */
  version: string | undefined;
  /** The server has said that it is gone: nothing about it counts. */
  isGone: boolean;
  at: number;
}

/** Events are not later than this. */
const longestMs = 600_000;

/** The question to the server that an answer belongs to. */
export interface Question {
  key: string;
  /** What was shown when it was asked. */
  shown: Entry | undefined;
  doubt: object | undefined;
}

/**
 * The objects of one type, from two sources in any order: the watch, and the answers to the caller's own requests. An
 * answer is often there before the event of the same write, so that a caller reads what it wrote; an event that is older
 * than what is shown changes nothing. The watch decides in the end.
 *
 * `#seen` is the newest version that the watch has told. An answer up to it has nothing new: the watch has told of that
 * write, and perhaps that the object was deleted since.
 */
export class ObjectCache {
  readonly #shown = new Map<string, Entry>();
  readonly #byLabel = new LabelIndex();
  readonly #hidden = new Map<string, Hidden>();
  readonly #doubts: Doubts;
  #seen: string | undefined;

  /**
   * @param fits whether an object belongs into the cache
   * @param strip leaves out what nobody needs
   * @param onChange is called at once for each change of what is shown
   */
  constructor(private readonly options: {
    now: () => number; fits: (object: KubeObject) => boolean; strip: (object: KubeObject) => KubeObject; onChange: (change: EntryChange) => void;
  }) {
    this.#doubts = new Doubts(options.now);
  }

  get size(): number {
    return this.#shown.size;
  }

  /** Characters of the kept texts. */
  get length(): number {
    let sum = 0;
    for (const { text } of this.#shown.values()) sum += text.length;
    return sum;
  }

  find(key: string): Entry | undefined {
    return this.#shown.get(key);
  }

  values(): IterableIterator<Entry> {
    return this.#shown.values();
  }

  /** All entries that fit these requirements; perhaps others too. */
  candidates(requirements: readonly Requirement[]): Iterable<Entry> {
    return this.#byLabel.of(requirements) ?? this.#shown.values();
  }

  /** Makes an entry; for the source of `replace` and `note`. */
  readonly entry = (object: KubeObject): Entry => entryOf(this.options.strip(object));

  /** A complete list of the server at this version. */
  replace(entries: readonly Entry[], version: string): void {
    const listed = new Map(entries.map((entry) => [entry.key, entry]));
    // No event from before the list comes after it.
    for (const [key, { uid, version: known }] of this.#hidden) if (listed.get(key)?.meta.uid !== uid && isNewer(known, version) !== true) this.#hidden.delete(key);
    // The objects that the caller has written after the list stay.
    for (const [key, old] of this.#shown) {
      if (!listed.has(key) && isNewer(old.meta.resourceVersion, version) !== true) this.#drop(key);
    }
    for (const entry of entries) if (!this.#isHidden(entry)) this.#show(entry);
    this.#see(version);
    this.#doubts.clean();
  }

  /** An event of the watch. */
  note(type: 'added' | 'modified' | 'deleted', entry: Entry): void {
    const { key, meta } = entry;
    this.#see(meta.resourceVersion);
    if (type === 'deleted' || meta.deletionTimestamp !== undefined) this.#doubts.deleted(key, meta.uid);
    if (type !== 'deleted') {
      if (!this.#isHidden(entry)) this.#show(entry);
      return;
    }
    const hidden = this.#hidden.get(key);
    // Of a gone object it may also mean that it left the selection, and that more events follow.
    if (hidden?.uid === meta.uid && hidden?.isGone === false && isNewer(hidden.version, meta.resourceVersion) !== true) this.#hidden.delete(key);
    if (isNewer(this.#shown.get(key)?.meta.resourceVersion, meta.resourceVersion) !== true) this.#drop(key);
  }

  /** An object in an answer of the server: of a write, or of a read. */
  answered(object: KubeObject): void {
    const entry = this.entry(object);
    const { resourceVersion: version } = entry.meta;
    // Without an order only the watch decides.
    if (!isOrdered(version)) return this.#doubts.raise(entry.key, { kind: 'unordered' });
    const shown = this.#shown.get(entry.key);
    if (this.#seen !== undefined && isNewer(version, this.#seen) !== true) return;
    if (shown !== undefined && isNewer(version, shown.meta.resourceVersion) !== true) return;
    if (this.#isHidden(entry)) return;
    if (this.options.fits(object)) return this.#show(entry);
    // It no longer belongs here. Events from before may still come.
    if (shown !== undefined) this.#drop(entry.key);
    this.#hide(entry, false);
  }

  /** The server has no such object, although it was shown when it was asked, and nothing has come since. */
  missing({ key, shown }: Question): void {
    if (shown === undefined || this.#shown.get(key) !== shown) return;
    this.#drop(key);
    this.#hide(shown, true);
  }

  /** A write of unknown result, or one that was refused because the object has changed: the next read asks the server. */
  doubt(key: string): void {
    this.#doubts.raise(key, { kind: 'write' });
  }

  /** The caller has deleted the object; the answer does not say whether something keeps it. */
  deleting(key: string): void {
    const shown = this.#shown.get(key);
    if (shown?.meta.deletionTimestamp === undefined) this.#doubts.raise(key, { kind: 'delete', uid: shown?.meta.uid });
  }

  isDoubtful(key: string): boolean {
    return this.#doubts.has(key);
  }

  /** The keys that are in doubt. */
  doubtful(): string[] {
    return this.#doubts.keys();
  }

  /** To be called before the server is asked. */
  question(key: string): Question {
    return { key, shown: this.#shown.get(key), doubt: this.#doubts.get(key) };
  }

  /** The server's answer to a question about one object. */
  settle(question: Question, object: KubeObject | undefined): void {
    if (object === undefined) this.missing(question);
    else this.answered(object);
    this.#doubts.settle(question.key, question.doubt, object !== undefined);
  }

  #see(version: string | undefined): void {
    if (isOrdered(version) && isNewer(this.#seen, version) !== true) this.#seen = version;
  }

  #hide({ key, meta }: Entry, isGone: boolean): void {
    const at = this.options.now();
    // The oldest come first.
    for (const [other, hidden] of this.#hidden) {
      if (at - hidden.at < longestMs) break;
      this.#hidden.delete(other);
    }
    this.#hidden.delete(key);
    this.#hidden.set(key, { uid: meta.uid, version: meta.resourceVersion, isGone, at });
  }

  #isHidden({ key, meta }: Entry): boolean {
    const hidden = this.#hidden.get(key);
    return hidden !== undefined && ((hidden.isGone && hidden.uid === meta.uid) || isNewer(meta.resourceVersion, hidden.version) === false);
  }

  #show(entry: Entry): void {
    const { key, meta } = entry;
    const old = this.#shown.get(key);
    if (old !== undefined && (old.meta.resourceVersion === meta.resourceVersion || isNewer(old.meta.resourceVersion, meta.resourceVersion) === true)) return;
    this.#hidden.delete(key);
    const isSame = old?.meta.uid === meta.uid;
    if (old !== undefined && !isSame) this.#drop(key);
    else if (old !== undefined) this.#byLabel.remove(old);
    this.#shown.set(key, entry);
    this.#byLabel.add(entry);
    this.options.onChange(old !== undefined && isSame ? { type: 'modified', entry, old } : { type: 'added', entry });
  }

  #drop(key: string): void {
    const old = this.#shown.get(key);
    if (old === undefined) return;
    this.#shown.delete(key);
    this.#byLabel.remove(old);
    this.options.onChange({ type: 'deleted', entry: old, old });
  }
}
