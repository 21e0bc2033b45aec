import { groupOf } from './kinds.js';
import { collectionPath, withQuery } from './paths.js';
import { request } from './request.js';
import type { Transport } from './transport.js';
import type { ListOptions, ResourceType, TableRow } from './types.js';

/** `meta.k8s.io/v1` Table: the server prints the columns of `kubectl get`, and sends only the metadata of each object. */
const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';

interface TableBody {
  columnDefinitions?: { name: string }[];
  rows?: { cells?: unknown[]; object?: { metadata?: Pick<TableRow, 'labels' | 'annotations'> & { name?: string; namespace?: string } } }[] | null;
}

/** The first `limit` objects as a table; one request, which is not tried again. */
export async function listTable(transport: Transport, type: ResourceType, { namespace, labelSelector, fieldSelector, signal, limit }: ListOptions & { limit: number }): Promise<TableRow[]> {
  const path = withQuery(collectionPath(type, namespace), { limit, labelSelector, fieldSelector });
  const subject = { verb: 'list', what: type.plural, group: groupOf(type.apiVersion), server: transport.server };
  const once = { deadlineMs: 10_000, attempts: 1, backoff: { firstMs: 0, maxMs: 0 } };
  const { body } = await request(transport, { method: 'GET', path, accept, subject, idempotent: true, ...(signal ? { signal } : {}) }, once);
  const { columnDefinitions = [], rows } = body as TableBody;
  return (rows ?? []).flatMap(({ cells = [], object }) => {
    const { name, ...metadata } = object?.metadata ?? {};
    return name === undefined ? [] : [{ ...metadata, name, cells: Object.fromEntries(columnDefinitions.map((column, at) => [column.name, textOf(cells[at])])) }];
  });
}

function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell ?? '');
}
