import { keyOf } from './key.js';
import type { KubeObject, WatchEvent } from './types.js';

type ObjectEvent = Extract<WatchEvent, { object: KubeObject }>;

/** The objects that a watch has reported so far, so that a relist reports only the difference. */
export class KnownObjects {
  readonly #objects = new Map<string, KubeObject>();

  /** Notes one event of the stream. An `added` of a known object becomes a `modified`. */
  note(type: ObjectEvent['type'], object: KubeObject): ObjectEvent {
    const key = keyOf(object.metadata);
    const before = this.#objects.get(key);
    if (type === 'deleted') this.#objects.delete(key);
    else this.#objects.set(key, object);
    return { type: type === 'deleted' ? type : before?.metadata.uid === object.metadata.uid && before ? 'modified' : 'added', object };
  }

  /** The events from the known objects to those of a new list: deleted and replaced ones first. */
  replace(items: readonly KubeObject[]): ObjectEvent[] {
    const events: ObjectEvent[] = [];
    const now = new Map(items.map((item) => [keyOf(item.metadata), item]));
    for (const [key, old] of this.#objects) {
      if (now.get(key)?.metadata.uid !== old.metadata.uid) events.push(this.note('deleted', old));
    }
    for (const [key, item] of now) {
      if (this.#objects.get(key)?.metadata.resourceVersion !== item.metadata.resourceVersion) events.push(this.note('added', item));
    }
    return events;
  }
}
