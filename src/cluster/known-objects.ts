import type { KubeObject, WatchEvent } from './types.js';

type ObjectEvent = Extract<WatchEvent, { object: KubeObject }>;

/** What a watch has told so far, so that a relist can be told as the difference. */
export class KnownObjects {
  readonly #objects = new Map<string, KubeObject>();

  /** Notes one event of the stream. An `added` of an object that was told before is a `modified`. */
  note(type: ObjectEvent['type'], object: KubeObject): ObjectEvent {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (type === 'deleted') this.#objects.delete(key);
    else this.#objects.set(key, object);
    return { type: type === 'deleted' ? type : before?.metadata.uid === object.metadata.uid && before ? 'modified' : 'added', object };
  }

  /** Events from what was told to what a list says now: vanished and replaced ones first. */
  replace(items: readonly KubeObject[]): ObjectEvent[] {
    const events: ObjectEvent[] = [];
    const now = new Map(items.map((item) => [keyOf(item), item]));
    for (const [key, old] of this.#objects) {
      if (now.get(key)?.metadata.uid !== old.metadata.uid) events.push(this.note('deleted', old));
    }
    for (const [key, item] of now) {
      if (this.#objects.get(key)?.metadata.resourceVersion !== item.metadata.resourceVersion) events.push(this.note('added', item));
    }
    return events;
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
