import { isObject } from '../registry/json.js';
import type { JsonObject, JsonValue } from '../store/model.js';
import type { ComparisonOperator, Condition, Operand, Path, StringTest } from './ast.js';

/** Every comparison with a missing property is undefined, which is not true. */
type Truth = boolean | undefined;

/** The value at a path; undefined when there is none. */
export function valueAt(document: JsonObject, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Whether a document matches the WHERE clause: only true counts, undefined does not. */
export function passes(document: JsonObject, condition: Condition | undefined): boolean {
  return condition === undefined || truth(document, condition) === true;
}

function truth(document: JsonObject, condition: Condition): Truth {
  switch (condition.kind) {
    case 'and':
      return and(truth(document, condition.left), truth(document, condition.right));
    case 'or':
      return not(and(not(truth(document, condition.left)), not(truth(document, condition.right))));
    case 'not':
      return not(truth(document, condition.condition));
    case 'compare':
      return compare(condition.operator, operandValue(document, condition.left), operandValue(document, condition.right));
    case 'in':
      return isIn(operandValue(document, condition.left), condition.values, condition.negated);
    case 'is-defined':
      return valueAt(document, condition.path) !== undefined;
    case 'string-test':
      return testString(condition.test, operandValue(document, condition.left), operandValue(document, condition.right));
    case 'boolean': {
      const value = operandValue(document, condition.operand);
      return typeof value === 'boolean' ? value : undefined;
    }
  }
}

function operandValue(document: JsonObject, operand: Operand): JsonValue | undefined {
  return operand.kind === 'literal' ? operand.value : valueAt(document, operand.path);
}

function and(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

function not(value: Truth): Truth {
  return value === undefined ? undefined : !value;
}

function isIn(value: JsonValue | undefined, values: readonly JsonValue[], negated: boolean): Truth {
  if (value === undefined) return undefined;
  const found = values.some((candidate) => compare('=', value, candidate) === true);
  return found !== negated;
}

function compare(operator: ComparisonOperator, left: JsonValue | undefined, right: JsonValue | undefined): Truth {
  if (left === undefined || right === undefined) return undefined;
  if (operator === '=' || operator === '!=') {
    const equal = JSON.stringify(left) === JSON.stringify(right);
    return equal === (operator === '=');
  }
  const ordered = order(left, right);
  if (ordered === undefined) return undefined;
  switch (operator) {
    case '<':
      return ordered < 0;
    case '<=':
      return ordered <= 0;
    case '>':
      return ordered > 0;
    case '>=':
      return ordered >= 0;
  }
}

/** Values of two types have no order. */
export function order(left: JsonValue | undefined, right: JsonValue | undefined): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return undefined;
}

function testString(test: StringTest, left: JsonValue | undefined, right: JsonValue | undefined): Truth {
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  if (test === 'STARTSWITH') return left.startsWith(right);
  return test === 'ENDSWITH' ? left.endsWith(right) : left.includes(right);
}
