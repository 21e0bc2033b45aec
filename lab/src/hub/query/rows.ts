import type { JsonObject, JsonValue } from '../store/model.js';
import type { Aggregate, Column, Query } from './ast.js';
import { order, valueAt } from './evaluate.js';

/** The rows of a query, from the documents that match its WHERE clause. */
export function rowsOf(query: Query, documents: JsonObject[]): JsonObject[] {
  const { columns } = query;
  if (columns?.some((column) => column.kind === 'aggregate') || query.groupBy !== undefined) return groupRows(query, documents);
  const sorted = query.orderBy === undefined ? documents : sort(documents, query.orderBy);
  const top = sorted.slice(0, query.top);
  return columns === undefined ? top : top.map((document) => project(columns, document, [document]));
}

function groupRows(query: Query, documents: JsonObject[]): JsonObject[] {
  const groups = new Map<string, JsonObject[]>();
  for (const document of documents) {
    const key = JSON.stringify((query.groupBy ?? []).map((path) => valueAt(document, path) ?? null));
    const group = groups.get(key) ?? [];
    group.push(document);
    groups.set(key, group);
  }
  if (query.groupBy === undefined && groups.size === 0) groups.set('', []);
  return [...groups.values()].map((group) => project(query.columns ?? [], group[0] ?? {}, group));
}

/** A column without a value is left out, as in the service. */
function project(columns: readonly Column[], document: JsonObject, group: readonly JsonObject[]): JsonObject {
  const row: JsonObject = {};
  for (const column of columns) {
    const value = column.kind === 'path' ? valueAt(document, column.path) : aggregate(column.aggregate, column.path, group);
    if (value !== undefined) row[column.name] = value;
  }
  return row;
}

function aggregate(kind: Aggregate, path: readonly string[] | undefined, group: readonly JsonObject[]): JsonValue | undefined {
  if (path === undefined) return group.length;
  const numbers = group.map((document) => valueAt(document, path)).filter((value) => typeof value === 'number');
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (kind) {
    case 'SUM':
      return sum;
    case 'AVG':
      return sum / numbers.length;
    case 'MIN':
      return numbers.reduce((a, b) => Math.min(a, b));
    case 'MAX':
      return numbers.reduce((a, b) => Math.max(a, b));
    case 'COUNT':
      return numbers.length;
  }
}

function sort(documents: readonly JsonObject[], by: NonNullable<Query['orderBy']>): JsonObject[] {
  return [...documents].sort((a, b) => {
    for (const { path, descending } of by) {
      const result = order(valueAt(a, path), valueAt(b, path)) ?? 0;
      if (result !== 0) return descending ? -result : result;
    }
    return 0;
  });
}
