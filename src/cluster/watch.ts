import { EdgeVmError } from '../support/errors.js';
import { sleep } from '../support/waiting.js';
import { delayOf } from '../support/backoff.js';
import type { Backoff } from '../support/backoff.js';
import { responseError } from './classify.js';
import type { Subject } from './classify.js';
import { groupOf } from './kinds.js';
import { KnownObjects } from './known-objects.js';
import { linesOf } from './lines.js';
import { listAll } from './list.js';
import { collectionPath, withQuery } from './paths.js';
import { openStream } from './stream.js';
import type { Transport } from './transport.js';
import type { KubeObject, ListOptions, ResourceType, WatchEvent } from './types.js';

/** Times of a watch. The server ends each request before the watchdog would: silence then means a dead connection. */
export interface WatchTiming {
  /** `timeoutSeconds` of each watch request. */
  serverTimeoutSeconds: number;
  /** Milliseconds without a byte after which the connection counts as dead. */
  idleMs: number;
  backoff: Backoff;
}

export const defaultTiming: WatchTiming = { serverTimeoutSeconds: 50, idleMs: 60_000, backoff: { firstMs: 250, maxMs: 15_000 } };

type WatchOptions = ListOptions & { signal: AbortSignal };

interface WireEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

/** How one watch request ended. */
type Ending = { kind: 'ended' } | { kind: 'gone' } | { kind: 'lost'; retryMs: number };

/**
 * List, then watch from there. Resumes from the last resourceVersion (bookmarks included) after a lost
 * connection, lists again after 410, waits longer after each failure in a row, and throws only what a retry
 * cannot mend. `synced` comes once.
 */
export async function* watchObjects(transport: Transport, type: ResourceType, options: WatchOptions, timing: WatchTiming = defaultTiming): AsyncGenerator<WatchEvent, void, undefined> {
  const known = new KnownObjects();
  const { signal } = options;
  let version = '';
  let synced = false;
  let failures = 0;
  while (!signal.aborted && !transport.closed) {
    try {
      if (version === '') {
        const list = await listAll(transport, type, options);
        version = list.resourceVersion;
        yield* known.replace(list.items);
        if (!synced) yield { type: 'synced' };
        synced = true;
      }
      const request = watchOnce(transport, type, options, version, timing);
      try {
        let next = await request.next();
        for (; !next.done; next = await request.next()) {
          failures = 0;
          version = next.value.object.metadata.resourceVersion ?? version;
          if (next.value.type !== 'BOOKMARK') yield known.note(eventType(next.value.type), next.value.object);
        }
        if (next.value.kind === 'gone') version = '';
        if (next.value.kind !== 'ended') failures += 1;
        await pause(next.value, failures, signal, timing);
      } finally {
        // A consumer that stops early leaves this generator at its `yield`: the request must end with it.
        await request.return({ kind: 'ended' });
      }
    } catch (error) {
      if (signal.aborted || transport.closed) return;
      // Before the first list there is nothing to hold on to: the caller learns at once what is wrong.
      if (!synced || isFinal(error)) throw error;
      failures += 1;
      await sleep(delayOf(failures, timing.backoff), signal);
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

/** 401, 403 and 404 do not go away by asking again. */
function isFinal(error: unknown): boolean {
  return EdgeVmError.is(error) && [401, 403, 404].includes(Number(error.details['status']));
}

async function* watchOnce(transport: Transport, type: ResourceType, options: WatchOptions, version: string, timing: WatchTiming): AsyncGenerator<WireEvent, Ending, undefined> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  const subject: Subject = { verb: 'watch', what: type.plural, group: groupOf(type.apiVersion), server: transport.server };
  const path = withQuery(collectionPath(type, namespace), {
    watch: true, allowWatchBookmarks: true, resourceVersion: version, timeoutSeconds: timing.serverTimeoutSeconds, labelSelector, fieldSelector,
  });
  const watchdog = new AbortController();
  const stop = (): void => watchdog.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  let timer = setTimeout(stop, timing.idleMs);
  const started = performance.now();
  try {
    const stream = await openStream(transport, path, subject, watchdog.signal);
    stream.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(stop, timing.idleMs);
    });
    for await (const line of linesOf(stream)) {
      const event = JSON.parse(line) as WireEvent;
      if (event.type === 'ERROR') return endingOf(event.object, subject);
      yield event;
    }
    // A server (or proxy) that ends each watch at once must not make this a busy loop.
    return performance.now() - started < 1000 ? { kind: 'lost', retryMs: 0 } : { kind: 'ended' };
  } catch (error) {
    if (!EdgeVmError.is(error)) return { kind: 'lost', retryMs: 0 };
    if (error.details['status'] === 410) return { kind: 'gone' };
    if (isFinal(error)) throw error;
    return { kind: 'lost', retryMs: 0 };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    // The answer may be unread: the request must not stay open.
    watchdog.abort();
  }
}

/** The Status of an `ERROR` event: 410 when the resourceVersion is too old. */
function endingOf(object: unknown, subject: Subject): Ending {
  const { code = 500 } = object as { code?: number };
  if (code === 410) return { kind: 'gone' };
  if ([401, 403, 404].includes(code)) throw responseError(code, JSON.stringify(object), subject);
  const { details } = object as { details?: { retryAfterSeconds?: number } };
  return { kind: 'lost', retryMs: (details?.retryAfterSeconds ?? 0) * 1000 };
}
