import { OVER } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import type { Backoff } from '../support/backoff.js';
import { responseError } from './classify.js';
import type { Subject } from './classify.js';
import { groupOf } from './kinds.js';
import { linesOf } from './lines.js';
import { collectionPath, withQuery } from './paths.js';
import { openStream } from './stream.js';
import type { Transport } from './transport.js';
import type { KubeObject, ListOptions, ResourceType } from './types.js';

/** Times of a watch. The server ends each request before the watchdog does. So silence means a dead connection. */
export interface WatchTiming {
  /** `timeoutSeconds` of each watch request. */
  serverTimeoutSeconds: number;
  /** Milliseconds without a byte after which the connection counts as dead. */
  idleMs: number;
  /** Milliseconds in which a server must begin to send the existing objects, and until the next one, while it is not known whether it can. */
  openMs: number;
  backoff: Backoff;
}

export const defaultTiming: WatchTiming = { serverTimeoutSeconds: 50, idleMs: 60_000, openMs: 2_000, backoff: { firstMs: 250, maxMs: 15_000 } };

export type WatchOptions = ListOptions & { signal: AbortSignal };

/** One line of the answer. */
export interface WireEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

/** How one watch request ended. */
export type Ending = { kind: 'ended' } | { kind: 'gone' } | { kind: 'lost'; retryMs: number };

/** The begin of a watch: after a known resourceVersion, or (`stream`) with all objects that exist. */
export type Start = { resourceVersion: string } | { stream: true };

/** Another request does not help after 401 (also with new credentials), 403 or 404, or after a credential plugin failed. */
export function isFinal(error: unknown): boolean {
  return EdgeVmError.is(error) && (error.code === 'cluster-unauthorized' || [403, 404].includes(Number(error.details['status'])));
}

/** One watch request. Throws only errors that another request cannot fix. */
export async function* watchOnce(transport: Transport, type: ResourceType, options: WatchOptions, start: Start, timing: WatchTiming): AsyncGenerator<WireEvent, Ending, undefined> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  // A signal that has fired fires no more: the request would last until the server ends it.
  if (signal.aborted) return { kind: 'ended' };
  const subject: Subject = { verb: 'watch', what: type.plural, group: groupOf(type.apiVersion), server: transport.server };
  const path = withQuery(collectionPath(type, namespace), {
    watch: true, allowWatchBookmarks: true, timeoutSeconds: timing.serverTimeoutSeconds, labelSelector, fieldSelector,
    ...('stream' in start ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : start),
  });
  const watchdog = new AbortController();
  const stop = (): void => watchdog.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  let started = performance.now();
  try {
    // If the list does not come, the caller asks in another way, with new credentials.
    const stream = await openStream(transport, path, subject, { signal: watchdog.signal, beginMs: timing.idleMs, once: 'stream' in start });
    started = performance.now();
    timer = setTimeout(stop, timing.idleMs);
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
    watchdog.abort(OVER);
  }
}

/** The Status of an `ERROR` event: 410 when the resourceVersion is too old. */
function endingOf(object: unknown, subject: Subject): Ending {
  const { code = 500 } = object as { code?: number };
  if (code === 410) return { kind: 'gone' };
  // 401 here means that a credential has expired: the next request finds out whether there is a new one.
  if ([403, 404].includes(code)) throw responseError(code, JSON.stringify(object), subject);
  const { details } = object as { details?: { retryAfterSeconds?: number } };
  return { kind: 'lost', retryMs: (details?.retryAfterSeconds ?? 0) * 1000 };
}
