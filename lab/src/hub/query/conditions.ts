import type { JsonValue } from '../store/model.js';
import type { ComparisonOperator, Condition, Operand, StringTest } from './ast.js';
import type { Cursor } from './cursor.js';

const COMPARISONS: readonly ComparisonOperator[] = ['=', '!=', '<=', '<', '>=', '>'];
const STRING_TESTS: Readonly<Record<string, StringTest>> = {
  STARTSWITH: 'STARTSWITH', STARTS_WITH: 'STARTSWITH', ENDSWITH: 'ENDSWITH', ENDS_WITH: 'ENDSWITH', CONTAINS: 'CONTAINS',
};

/** `OR` binds weakest, then `AND`, then `NOT`. */
export function parseCondition(cursor: Cursor): Condition {
  let left = parseAnd(cursor);
  while (cursor.takeWord('OR')) left = { kind: 'or', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Condition {
  let left = parseNot(cursor);
  while (cursor.takeWord('AND')) left = { kind: 'and', left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Condition {
  if (cursor.takeWord('NOT')) return { kind: 'not', condition: parseNot(cursor) };
  if (!cursor.takeSymbol('(')) return parsePredicate(cursor);
  const inner = parseCondition(cursor);
  cursor.expectSymbol(')');
  return inner;
}

function parsePredicate(cursor: Cursor): Condition {
  const call = parseCall(cursor);
  if (call !== undefined) return call;
  const left = parseOperand(cursor);
  const operator = COMPARISONS.find((symbol) => cursor.takeSymbol(symbol));
  if (operator !== undefined) return { kind: 'compare', operator, left, right: parseOperand(cursor) };
  const negated = cursor.takeWord('NIN') || (cursor.takeWord('NOT') && (cursor.expectWord('IN'), true));
  if (negated || cursor.takeWord('IN')) return { kind: 'in', negated, left, values: parseValues(cursor) };
  return { kind: 'boolean', operand: left };
}

function parseCall(cursor: Cursor): Condition | undefined {
  if (cursor.takeCall('IS_DEFINED')) {
    const path = cursor.path();
    cursor.expectSymbol(')');
    return { kind: 'is-defined', path };
  }
  for (const [name, test] of Object.entries(STRING_TESTS)) {
    if (!cursor.takeCall(name)) continue;
    const left = parseOperand(cursor);
    cursor.expectSymbol(',');
    const right = parseOperand(cursor);
    cursor.expectSymbol(')');
    return { kind: 'string-test', test, left, right };
  }
  return undefined;
}

/** The service accepts both `[a, b]` and `(a, b)`. */
function parseValues(cursor: Cursor): JsonValue[] {
  const close = cursor.takeSymbol('[') ? ']' : ')';
  if (close === ')') cursor.expectSymbol('(');
  const values = cursor.list(() => parseLiteral(cursor) ?? cursor.fail('a value'));
  cursor.expectSymbol(close);
  return values.map(({ value }) => value);
}

function parseOperand(cursor: Cursor): Operand {
  return parseLiteral(cursor) ?? { kind: 'path', path: cursor.path() };
}

function parseLiteral(cursor: Cursor): { kind: 'literal'; value: JsonValue } | undefined {
  const token = cursor.current;
  if (token?.kind === 'string') return { kind: 'literal', value: cursor.advance().text };
  if (token?.kind === 'number') return { kind: 'literal', value: cursor.number() };
  if (cursor.takeWord('TRUE')) return { kind: 'literal', value: true };
  if (cursor.takeWord('FALSE')) return { kind: 'literal', value: false };
  if (cursor.takeWord('NULL')) return { kind: 'literal', value: null };
  return undefined;
}
