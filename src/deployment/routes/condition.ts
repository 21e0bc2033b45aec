import { suggest } from '../../support/suggest.js';
import { isName, RouteError, type Cursor } from './cursor.js';
import type { Token } from './lexer.js';

/** `ConditionVisitor.cs` in Routing.Core/query; upper and lower case do not matter. */
const functions = [
  'abs', 'exp', 'power', 'square', 'ceiling', 'floor', 'sign', 'sqrt', 'as_number', 'is_bool', 'is_defined', 'is_null', 'is_number', 'is_string',
  'concat', 'length', 'lower', 'upper', 'substring', 'index_of', 'starts_with', 'ends_with', 'contains', 'twin_change_includes',
];
const unary: ReadonlySet<string> = new Set(['-', 'not']);
const binary: ReadonlySet<string> = new Set(['*', '/', '%', '+', '-', '||', '<', '<=', '>', '>=', '=', '!=', '<>', 'and', 'or', '??']);
const values: ReadonlySet<string> = new Set(['string', 'number', 'system']);
/** Deeper than a person writes; without a limit, a text of anybody could end the program. */
const deepest = 100;

/** Reads a condition by edgeHub's grammar (Routing.Core/grammar/Condition.g4). Throws `RouteError`. It does not know types. */
export function readCondition(cursor: Cursor, depth = 0): void {
  if (depth > deepest) throw new RouteError(`has more than ${deepest} levels of parentheses`);
  do {
    while (cursor.takesOneOf(unary));
    readOperand(cursor, depth);
  } while (cursor.takesOneOf(binary));
}

function readOperand(cursor: Cursor, depth: number): void {
  const token = cursor.take('a value');
  if (token.kind === 'unterminated') throw new RouteError(`has a text without its closing quote at character ${token.at + 1}`);
  if (token.text === '(') {
    readCondition(cursor, depth + 1);
    cursor.need(')', '")"');
  } else if (token.text === '{') {
    const property = cursor.take('a system property such as $connectionModuleId after "{"');
    if (property.kind !== 'system') throw cursor.error('a system property such as $connectionModuleId after "{"', property);
    cursor.need('}', '"}"');
  } else if (isName(token)) {
    if (cursor.takes('(')) readArguments(cursor, token, depth);
  } else if (!values.has(token.kind)) {
    throw cursor.error('a value', token);
  }
}

function readArguments(cursor: Cursor, { text }: Token, depth: number): void {
  if (!functions.includes(text.toLowerCase())) {
    const near = suggest(text, functions);
    throw new RouteError(`has the unknown function ${text.slice(0, 40)}${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  if (cursor.takes(')')) return;
  do readCondition(cursor, depth + 1);
  while (cursor.takes(','));
  cursor.need(')', '")" or ","');
}
