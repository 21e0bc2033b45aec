import { Cursor } from './cursor.js';
import { parseCondition } from './conditions.js';
import type { Aggregate, Column, Path, Query } from './ast.js';

const AGGREGATES: readonly Aggregate[] = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'];

/**
 * Parses the part of IoT Hub's query language that the lab supports. It refuses everything else (400), because a wrong
 * answer would be worse than no answer.
 * https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-query-language
 */
export function parseQuery(text: string): Query {
  const cursor = new Cursor(text);
  cursor.expectWord('SELECT');
  const top = cursor.takeWord('TOP') ? parseTop(cursor) : undefined;
  const columns = cursor.takeSymbol('*') ? undefined : parseColumns(cursor);
  cursor.expectWord('FROM');
  const from = parseFrom(cursor);
  const where = cursor.takeWord('WHERE') ? parseCondition(cursor) : undefined;
  const groupBy = takeBy(cursor, 'GROUP') ? cursor.list(() => cursor.path()) : undefined;
  const orderBy = takeBy(cursor, 'ORDER') ? cursor.list(() => parseOrder(cursor)) : undefined;
  if (!cursor.atEnd) cursor.fail('the end of the query');
  const query: Query = {
    from,
    ...(columns === undefined ? {} : { columns }),
    ...(where === undefined ? {} : { where }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(orderBy === undefined ? {} : { orderBy }),
    ...(top === undefined ? {} : { top }),
  };
  checkAggregation(cursor, query);
  return query;
}

function parseTop(cursor: Cursor): number {
  const bracket = cursor.takeSymbol('(');
  const value = cursor.number();
  if (bracket) cursor.expectSymbol(')');
  return value;
}

function parseFrom(cursor: Cursor): Query['from'] {
  const from = cursor.path().join('.').toLowerCase();
  if (from !== 'devices' && from !== 'devices.modules') cursor.fail("'devices' or 'devices.modules' before this");
  return from;
}

function parseColumns(cursor: Cursor): Column[] {
  return cursor.list(() => {
    const aggregate = AGGREGATES.find((name) => cursor.takeCall(name));
    if (aggregate !== undefined) return parseAggregate(cursor, aggregate);
    const path = cursor.path();
    // The name of an unnamed column is the last part of its path, as in the service.
    return { kind: 'path', path, name: cursor.takeWord('AS') ? cursor.name() : path.at(-1)! };
  });
}

function parseAggregate(cursor: Cursor, aggregate: Aggregate): Column {
  const path = cursor.takeSymbol(')') ? undefined : cursor.path();
  if (path !== undefined) cursor.expectSymbol(')');
  if ((path === undefined) !== (aggregate === 'COUNT')) cursor.fail(aggregate === 'COUNT' ? 'COUNT()' : `${aggregate}(path)`);
  cursor.expectWord('AS');
  return { kind: 'aggregate', aggregate, ...(path === undefined ? {} : { path }), name: cursor.name() };
}

function takeBy(cursor: Cursor, word: string): boolean {
  if (!cursor.takeWord(word)) return false;
  cursor.expectWord('BY');
  return true;
}

function parseOrder(cursor: Cursor): { path: Path; descending: boolean } {
  const path = cursor.path();
  const descending = cursor.takeWord('DESC');
  if (!descending) cursor.takeWord('ASC');
  return { path, descending };
}

/** With aggregates or GROUP BY, GROUP BY must name every plain column. */
function checkAggregation(cursor: Cursor, query: Query): void {
  const columns = query.columns ?? [];
  const grouped = new Set((query.groupBy ?? []).map((path) => path.join('.')));
  const aggregates = columns.some((column) => column.kind === 'aggregate');
  if (!aggregates && query.groupBy === undefined) return;
  if (query.columns === undefined || query.orderBy !== undefined || query.top !== undefined) cursor.fail('GROUP BY without *, TOP and ORDER BY');
  if (columns.some((column) => column.kind === 'path' && !grouped.has(column.path.join('.')))) cursor.fail('columns that are in GROUP BY');
}
