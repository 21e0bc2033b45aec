import { EdgeVmError } from '../support/errors.js';
import { groupOf } from './kinds.js';
import { collectionPath, withQuery } from './paths.js';
import { request } from './request.js';
import type { RetryLimits } from '../support/retry.js';
import type { Transport } from './transport.js';
import type { KubeObject, ListOptions, ResourceType } from './types.js';

const pageSize = 500;

export interface ObjectList<T = KubeObject> {
  items: T[];
  /** From here a watch continues. */
  resourceVersion: string;
}

interface ListBody {
  items?: (Omit<KubeObject, 'apiVersion' | 'kind'> & { apiVersion?: string; kind?: string })[] | null;
  metadata?: { resourceVersion?: string; continue?: string };
}

/** Lists in pages. When the snapshot behind a continue token has expired (410), it starts over once. */
export function listAll(transport: Transport, type: ResourceType, options: ListOptions, limits?: RetryLimits): Promise<ObjectList> {
  return listEach(transport, type, options, options.lean ?? ((object) => object), limits);
}

/** As `listAll`, with what `each` makes of every object as soon as its page is read. */
export async function listEach<T>(transport: Transport, type: ResourceType, options: ListOptions, each: (object: KubeObject) => T, limits?: RetryLimits): Promise<ObjectList<T>> {
  try {
    return await readPages(transport, type, options, each, limits);
  } catch (error) {
    if (EdgeVmError.is(error) && error.details['status'] === 410) return readPages(transport, type, options, each, limits);
    throw error;
  }
}

async function readPages<T>(transport: Transport, type: ResourceType, options: ListOptions, each: (object: KubeObject) => T, limits: RetryLimits | undefined): Promise<ObjectList<T>> {
  const { namespace, labelSelector, fieldSelector, signal } = options;
  const items: T[] = [];
  const subject = { verb: 'list', what: type.plural, group: groupOf(type.apiVersion), server: transport.server };
  let token: string | undefined;
  for (;;) {
    const path = withQuery(collectionPath(type, namespace), { limit: pageSize, labelSelector, fieldSelector, continue: token });
    const { body } = await request(transport, { method: 'GET', path, subject, idempotent: true, ...(signal ? { signal } : {}) }, limits);
    const page = body as ListBody;
    // The items of a list come without their type.
    for (const item of page.items ?? []) items.push(each({ ...item, apiVersion: type.apiVersion, kind: type.kind } as KubeObject));
    token = page.metadata?.continue || undefined;
    if (token === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? '' };
  }
}
