import { readCondition } from './condition.js';
import { Cursor, isName } from './cursor.js';

/** A route in its parts. */
export interface Route {
  source: string;
  /** `undefined`: `$upstream`. */
  sink: { address: string } | undefined;
  /** Text after the sink, which edgeHub ignores. */
  rest: string;
}

/** Parses a route by edgeHub's grammar (Routing.Core/grammar/Route.g4). Throws `RouteError`. */
export function parseRoute(text: string): Route {
  const cursor = new Cursor(text);
  if (cursor.takes('select')) cursor.need('*', '"*" after SELECT');
  cursor.need('from', 'FROM');
  const source = readPath(cursor);
  if (cursor.takes('where')) readCondition(cursor);
  cursor.need('into', 'INTO, or WHERE with a condition before it');
  const sink = readSink(cursor);
  return { source, sink, rest: cursor.rest() };
}

function readPath(cursor: Cursor): string {
  let path = '';
  while (cursor.takes('/')) {
    const item = cursor.take('a name or "*" after "/"');
    if (item.text !== '*' && !isName(item)) throw cursor.error('a name or "*" after "/"', item);
    path += `/${item.text}`;
  }
  if (path === '') throw cursor.error('a source such as /messages/* after FROM');
  return path;
}

function readSink(cursor: Cursor): Route['sink'] {
  const expected = '$upstream or BrokeredEndpoint("/modules/NAME/inputs/INPUT") after INTO';
  const token = cursor.take(expected);
  if (token.kind === 'system' && token.text.toLowerCase() === '$upstream') return undefined;
  if (token.kind !== 'word' || token.text.toLowerCase() !== 'brokeredendpoint') throw cursor.error(expected, token);
  cursor.need('(', '"(" after BrokeredEndpoint');
  const inQuotes = 'a text in quotes: BrokeredEndpoint("/modules/NAME/inputs/INPUT")';
  const address = cursor.take(inQuotes);
  if (address.kind !== 'string') throw cursor.error(inQuotes, address);
  cursor.need(')', '")" after the endpoint');
  return { address: address.text.slice(1, -1) };
}
