import { sleep } from '../support/waiting.js';
import { delayOf } from '../support/backoff.js';
import { KnownObjects } from './known-objects.js';
import { listEach } from './list.js';
import { streamedList } from './streamed-list.js';
import type { Transport } from './transport.js';
import type { KubeObject, ListWatchEvent, ResourceType, WatchEvent } from './types.js';
import { defaultTiming, isFinal, watchOnce } from './watch-request.js';
import type { Ending, WatchOptions, WatchTiming, WireEvent } from './watch-request.js';

/** The objects that exist, then their changes. It remembers them, so that another list reports only the difference. `synced` comes once. */
export async function* watchObjects(transport: Transport, type: ResourceType, options: WatchOptions, timing: WatchTiming = defaultTiming): AsyncGenerator<WatchEvent, void, undefined> {
  const known = new KnownObjects();
  let synced = false;
  for await (const event of listAndWatch(transport, type, { ...options, each: (object) => object }, timing)) {
    if (event.type === 'listed') {
      yield* known.replace(event.objects);
      if (!synced) yield { type: 'synced' };
      synced = true;
    } else yield known.note(event.type, event.object);
  }
}

/**
 * A list of all objects, then their changes: in one request if the server can, else by a list and a watch. After a lost
 * connection it continues from the last resourceVersion (bookmarks included); after 410 it lists again. It waits longer
 * after each failure in a row, and throws only errors that a retry cannot fix. It keeps no object.
 */
export async function* listAndWatch<T>(transport: Transport, type: ResourceType, options: WatchOptions & { each: (object: KubeObject) => T }, timing: WatchTiming = defaultTiming): AsyncGenerator<ListWatchEvent<T>, void, undefined> {
  const { signal, each } = options;
  let version = '';
  let synced = false;
  let failures = 0;
  while (!signal.aborted && !transport.closed) {
    let request: AsyncGenerator<WireEvent, Ending, undefined> | undefined;
    try {
      if (version === '') {
        const streamed = await streamedList(transport, type, options, each, timing);
        request = streamed?.request;
        const { items, resourceVersion } = streamed ?? await listEach(transport, type, options, each);
        version = resourceVersion;
        yield { type: 'listed', objects: items, resourceVersion };
        synced = true;
      }
      request ??= watchOnce(transport, type, options, { resourceVersion: version }, timing);
      let next = await request.next();
      for (; !next.done; next = await request.next()) {
        failures = 0;
        version = next.value.object.metadata.resourceVersion ?? version;
        if (next.value.type !== 'BOOKMARK') yield { type: eventType(next.value.type), object: each(next.value.object) };
      }
      if (next.value.kind === 'gone') version = '';
      if (next.value.kind !== 'ended') failures += 1;
      await pause(next.value, failures, signal, timing);
    } catch (error) {
      if (signal.aborted || transport.closed) return;
      // Before the first list nothing is known, so the caller gets the error at once.
      if (!synced || isFinal(error)) throw error;
      failures += 1;
      await sleep(delayOf(failures, timing.backoff), signal);
    } finally {
      // A consumer that stops early leaves this generator at its `yield`: the request must end with it.
      await request?.return({ kind: 'ended' });
    }
  }
}

async function pause(ending: Ending, failures: number, signal: AbortSignal, timing: WatchTiming): Promise<void> {
  if (ending.kind === 'lost') await sleep(Math.max(ending.retryMs, delayOf(failures, timing.backoff)), signal);
  else if (ending.kind === 'gone' && failures > 1) await sleep(delayOf(failures, timing.backoff), signal);
}

function eventType(type: WireEvent['type']): 'added' | 'modified' | 'deleted' {
  if (type === 'DELETED') return 'deleted';
  return type === 'ADDED' ? 'added' : 'modified';
}
