import type { IncomingHttpHeaders } from 'node:http';
import type { HubContext } from '../context.js';
import { badRequest } from '../errors.js';
import type { Reply } from '../rest/types.js';
import type { JsonObject } from '../store/model.js';
import { twinView } from '../twins/views.js';
import type { Query } from './ast.js';
import { passes } from './evaluate.js';
import { parseQuery } from './parser.js';
import { rowsOf } from './rows.js';

const PAGE = { default: 100, max: 1000 };

/** `POST /devices/query`: one page, and the start of the next one in `x-ms-continuation`. */
export function runQuery(hub: HubContext, body: JsonObject, headers: IncomingHttpHeaders): Reply {
  const text = body['query'];
  if (typeof text !== 'string') throw badRequest('query must be a string.');
  const query = parseQuery(text);
  const size = pageSize(headers['x-ms-max-item-count']);
  const start = readContinuation(headers['x-ms-continuation'], text);
  const rows = rowsFor(hub, query);
  const end = start + size;
  return {
    status: 200,
    headers: {
      'x-ms-item-type': query.columns === undefined ? 'Twin' : 'Raw',
      ...(end < rows.length ? { 'x-ms-continuation': writeContinuation(end, text) } : {}),
    },
    body: rows.slice(start, end),
  };
}

/** All rows of a query, without pages. */
export function rowsFor(hub: HubContext, query: Query): JsonObject[] {
  const documents: JsonObject[] = [];
  for (const identity of query.from === 'devices' ? hub.store.devices() : hub.store.allModules()) {
    const document = twinView(hub, identity);
    if (passes(document, query.where)) documents.push(document);
  }
  return rowsOf(query, documents);
}

function pageSize(header: string | string[] | undefined): number {
  if (header === undefined) return PAGE.default;
  const size = Number(header);
  if (!Number.isInteger(size) || size < 1) throw badRequest('x-ms-max-item-count must be a number of 1 or more.');
  return Math.min(size, PAGE.max);
}

/** Callers cannot read it. It belongs to one query: with another query the hub refuses it, rather than give a wrong answer. */
function writeContinuation(offset: number, query: string): string {
  return Buffer.from(JSON.stringify({ offset, query })).toString('base64');
}

function readContinuation(header: string | string[] | undefined, query: string): number {
  if (header === undefined || header === '') return 0;
  try {
    const token = JSON.parse(Buffer.from(String(header), 'base64').toString('utf8')) as { offset: unknown; query: unknown };
    if (token.query === query && Number.isInteger(token.offset)) return token.offset as number;
  } catch {
    // The refusal below follows.
  }
  throw badRequest('x-ms-continuation is not of this query.');
}
