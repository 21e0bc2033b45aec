import { keyOf } from '../../cluster/key.js';
import type { Cluster, KubeObject, ListOptions, ResourceType, WatchEvent } from '../../cluster/types.js';

type ObjectEvent = Extract<WatchEvent, { object: KubeObject }>;

/** One reader of a feed: the events that it has not taken yet. */
interface Reader {
  fits: (object: KubeObject) => boolean;
  queue: WatchEvent[];
  wake: () => void;
}

/** One watch of the server that many readers share. It begins with its first reader, and ends with `signal`. */
export class Feed {
  readonly #objects = new Map<string, KubeObject>();
  readonly #readers = new Set<Reader>();
  #synced = false;
  #failure: { error: unknown } | undefined;
  #running = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly type: ResourceType,
    private readonly selection: Omit<ListOptions, 'signal'>,
    private readonly signal: AbortSignal,
  ) {}

  /** As `Cluster.watch`: the objects that fit, `synced`, then their changes. Throws what the watch throws. */
  async *read(fits: (object: KubeObject) => boolean, signal: AbortSignal): AsyncGenerator<WatchEvent, void, undefined> {
    let wake = (): void => undefined;
    const reader: Reader = { fits, queue: [], wake: () => wake() };
    for (const object of this.#objects.values()) if (fits(object)) reader.queue.push({ type: 'added', object });
    if (this.#synced) reader.queue.push({ type: 'synced' });
    this.#readers.add(reader);
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort, { once: true });
    if (!this.#running) void this.#run();
    try {
      while (!signal.aborted) {
        const event = reader.queue.shift();
        if (event !== undefined) yield event;
        else if (this.#failure !== undefined) throw this.#failure.error;
        else if (!this.#running) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (reader.queue.length > 0 || signal.aborted || !this.#running) resolve();
          });
        }
      }
    } finally {
      this.#readers.delete(reader);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#failure = undefined;
    this.#synced = false;
    this.#objects.clear();
    try {
      for await (const event of this.cluster.watch(this.type, { ...this.selection, signal: this.signal })) this.#take(event);
    } catch (error) {
      if (!this.signal.aborted) this.#failure = { error };
    } finally {
      this.#running = false;
      for (const { wake } of this.#readers) wake();
    }
  }

  #take(event: WatchEvent): void {
    if (event.type === 'synced') {
      this.#synced = true;
      for (const reader of this.#readers) this.#tell(reader, event);
      return;
    }
    this.#note(event);
    for (const reader of this.#readers) if (reader.fits(event.object)) this.#tell(reader, event);
  }

  #note({ type, object }: ObjectEvent): void {
    const key = keyOf(object.metadata);
    if (type === 'deleted') this.#objects.delete(key);
    else this.#objects.set(key, object);
  }

  #tell(reader: Reader, event: WatchEvent): void {
    reader.queue.push(event);
    reader.wake();
  }
}
