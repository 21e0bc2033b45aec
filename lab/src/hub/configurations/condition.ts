import { badRequest } from '../errors.js';
import type { Condition, Operand, Path } from '../query/ast.js';
import { parseCondition } from '../query/conditions.js';
import { Cursor } from '../query/cursor.js';
import { passes } from '../query/evaluate.js';
import type { JsonObject } from '../store/model.js';

/** Whether a device's twin meets a target condition. */
export type Target = (twin: JsonObject) => boolean;

/**
 * Parses a target condition: `*` is every device, empty is none. 400 for what the service does not take:
 * only `deviceId`, `tags` and `properties.reported` may be named.
 */
export function parseTarget(text: string): Target {
  if (text.trim() === '') return () => false;
  if (text.trim() === '*') return () => true;
  const cursor = new Cursor(text);
  const condition = parseCondition(cursor);
  if (!cursor.atEnd) cursor.fail('the end of the condition');
  const wrong = pathsOf(condition).find((path) => !isAllowed(path));
  if (wrong !== undefined) throw badRequest(`The target condition names '${wrong.join('.')}'; it may name deviceId, tags and properties.reported only.`);
  return (twin) => passes(twin, condition);
}

function isAllowed([first, second]: Path): boolean {
  return first === 'deviceId' || first === 'tags' || (first === 'properties' && second === 'reported');
}

function pathsOf(condition: Condition): Path[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [...pathsOf(condition.left), ...pathsOf(condition.right)];
    case 'not':
      return pathsOf(condition.condition);
    case 'compare':
    case 'string-test':
      return [...pathOf(condition.left), ...pathOf(condition.right)];
    case 'in':
      return pathOf(condition.left);
    case 'is-defined':
      return [condition.path];
    case 'boolean':
      return pathOf(condition.operand);
  }
}

function pathOf(operand: Operand): Path[] {
  return operand.kind === 'path' ? [operand.path] : [];
}
