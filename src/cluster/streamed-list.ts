import { joined } from '../support/abort.js';
import { keyOf } from './key.js';
import type { ObjectList } from './list.js';
import type { Transport } from './transport.js';
import type { KubeObject, ResourceType } from './types.js';
import { watchOnce } from './watch-request.js';
import type { Ending, WatchOptions, WatchTiming, WireEvent } from './watch-request.js';

/** The objects that exist, and the open request that reports changes from then on. */
export interface StreamedList<T> extends ObjectList<T> {
  request: AsyncGenerator<WireEvent, Ending, undefined>;
}

/**
 * List and watch in one request: the server sends the objects that exist and marks their end (`sendInitialEvents`, on by default
 * since Kubernetes 1.34, refused by servers that cannot). `undefined` if the list does not come, for whatever reason: the
 * error of a plain list is clearer. The first watch of a transport finds out whether the server can do this. Others
 * wait for it, so that a server that cannot is asked only once.
 */
export async function streamedList<T>(transport: Transport, type: ResourceType, options: WatchOptions, each: (object: KubeObject) => T, timing: WatchTiming): Promise<StreamedList<T> | undefined> {
  if (transport.streamsLists !== undefined) return (await transport.streamsLists) ? open(transport, type, options, each, timing, timing.idleMs) : undefined;
  const opened = open(transport, type, options, each, timing, timing.openMs);
  transport.streamsLists = opened.then((list) => list !== undefined);
  return opened;
}

async function open<T>(transport: Transport, type: ResourceType, options: WatchOptions, each: (object: KubeObject) => T, timing: WatchTiming, waitMs: number): Promise<StreamedList<T> | undefined> {
  const late = new AbortController();
  // The time for the login is not the server's. If the login fails, the plain list reports it.
  await transport.authorize(options.signal).catch(() => undefined);
  const timer = setTimeout(() => late.abort(), waitMs);
  const end = performance.now() + timing.idleMs;
  // Many objects need time, and a busy server that is known to do this gets it. A server that ignores the question sends changes, but never the mark.
  const goesOn = (): void => {
    if (performance.now() < end) timer.refresh();
  };
  const { signal, release } = joined(options.signal, late.signal);
  const request = releasing(watchOnce(transport, type, { ...options, signal }, { stream: true }, timing), release);
  try {
    const list = await readUntilMark(request, each, goesOn);
    return list === undefined ? undefined : { ...list, request };
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The watch may end long before the caller's signal fires. */
async function* releasing<T, R>(request: AsyncGenerator<T, R, undefined>, release: () => void): AsyncGenerator<T, R, undefined> {
  try {
    return yield* request;
  } finally {
    release();
  }
}

/** Changes may come before the mark. The state at the mark counts. */
async function readUntilMark<T>(request: StreamedList<T>['request'], each: (object: KubeObject) => T, goesOn: () => void): Promise<ObjectList<T> | undefined> {
  const objects = new Map<string, T>();
  for (let next = await request.next(); !next.done; next = await request.next()) {
    const { type, object } = next.value;
    const { metadata } = object;
    goesOn();
    if (type === 'BOOKMARK') {
      if (metadata.annotations?.['k8s.io/initial-events-end'] === 'true') return { items: [...objects.values()], resourceVersion: metadata.resourceVersion ?? '' };
      continue;
    }
    const key = keyOf(metadata);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, each(object));
  }
  return undefined;
}
