import { groupOf } from './kinds.js';
import { collectionPath, withQuery } from './paths.js';
import { request } from './request.js';
import type { CallLimits } from './request.js';
import type { Transport } from './transport.js';
import type { CallOptions, Glimpse, KubeObject, ResourceType } from './types.js';

/** An API server of somebody's own may not know the first of these. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** One of many: what does not answer must not hold up the others. */
const limits: CallLimits = { deadlineMs: 10_000, attempts: 2, backoff: { firstMs: 200, maxMs: 2_000 } };

/** One page of a namespace's objects of a type, their metadata alone. */
export async function peekAt(transport: Transport, type: ResourceType, namespace: string, limit: number, { signal }: CallOptions = {}): Promise<Glimpse> {
  const subject = { verb: 'list', what: type.plural, group: groupOf(type.apiVersion), server: transport.server };
  const path = withQuery(collectionPath(type, namespace), { limit });
  const { body } = await request(transport, { method: 'GET', path, accept: metadataOnly, subject, idempotent: true, ...(signal ? { signal } : {}) }, limits);
  const list = body as { items?: Pick<KubeObject, 'metadata'>[] | null; metadata?: { continue?: string } };
  return {
    items: (list.items ?? []).map(({ metadata }) => ({ apiVersion: type.apiVersion, kind: type.kind, metadata })),
    more: (list.metadata?.continue ?? '') !== '',
  };
}
