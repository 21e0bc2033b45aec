import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { isUnreadable } from '../../cluster/absent.js';
import { OVER } from '../../support/abort.js';
import type { Source } from './source.js';

export interface ObjectWatch {
  type: ResourceType;
  selector: { fieldSelector?: string; labelSelector?: string };
  put(object: KubeObject): void;
  remove(object: KubeObject): void;
  synced?(): void;
  /** Nothing can be followed without it. For the others, a missing right only costs detail. */
  required: boolean;
}

/** Watches objects into the store until the signal fires. */
export async function watchObjects(source: Source, watch: ObjectWatch): Promise<void> {
  const { context, store, signal, namespace, unread } = source;
  const list = Symbol(watch.type.plural);
  unread.add(list);
  try {
    for await (const event of context.cluster.watch(watch.type, { ...(watch.type.namespaced ? { namespace } : {}), ...watch.selector, signal })) {
      store.update(() => {
        if (event.type === 'synced') {
          unread.delete(list);
          watch.synced?.();
        }
        else if (source.replaced.has(event.object.metadata.uid ?? '')) return;
        else if (event.type === 'deleted') watch.remove(event.object);
        else watch.put(event.object);
      });
    }
  } catch (error) {
    if (signal.aborted) return;
    if (watch.required || !isUnreadable(error)) throw error;
    source.warn(`${watch.type.plural} cannot be watched, so edge-vm shows less detail: ${EdgeVmError.is(error) ? error.message : 'unexpected error'}`);
  } finally {
    // If the wait is at its end, the list has not come, and its last words must not say otherwise.
    const isEnd = signal.aborted && signal.reason !== OVER;
    if (!isEnd && unread.delete(list)) store.update(() => undefined);
  }
}
