import type { WatchEvent } from '../types.js';
import { objectOf, type Entry } from './entry.js';
import { fits, select, type Selection } from './lookup.js';
import type { EntryChange } from './object-cache.js';

/**
 * A watch that a cache answers: any number of them need one watch of the server. It tells of the caller's own writes, too, as
 * soon as they are answered. Ends when the signal fires; throws the error of the server's watch when that fails.
 */
export async function* watchCache(selection: Selection, signal: AbortSignal): AsyncGenerator<WatchEvent, void, undefined> {
  const { scope } = selection;
  const queue: WatchEvent[] = [];
  const shown = new Set<string>();
  let wake = (): void => undefined;
  const tell = (type: 'added' | 'modified' | 'deleted', entry: Entry): void => {
    if (type === 'deleted') shown.delete(entry.key);
    else shown.add(entry.key);
    let object: ReturnType<typeof objectOf> | undefined;
    // Most watchers look at few of the objects: each is read when it is used.
    queue.push({ type, get object() {
      return object ??= objectOf(entry);
    } });
    wake();
  };
  const onChange = ({ type, entry, old }: EntryChange): void => {
    const isShown = shown.has(entry.key);
    if (type !== 'deleted' && fits(entry, selection)) tell(isShown ? 'modified' : 'added', entry);
    // Gone, or no longer selected.
    else if (isShown) tell('deleted', old ?? entry);
  };
  const stop = (): void => wake();
  for (const entry of select(selection)) tell('added', entry);
  queue.push({ type: 'synced' });
  scope.listeners.add(onChange);
  scope.onFailure.add(stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    while (!signal.aborted) {
      const next = queue.shift();
      if (next !== undefined) yield next;
      else if (scope.failure !== undefined) throw scope.failure;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    scope.listeners.delete(onChange);
    scope.onFailure.delete(stop);
    signal.removeEventListener('abort', stop);
  }
}
