import { hasControl } from '../formats/text.js';
import type { TextRule } from '../schema/node.js';
import { wrong, type Place, type Report } from './report.js';

/** A text of the declared shape. Control characters are always refused. */
export function checkText(rule: TextRule, value: unknown, place: Place, report: Report): void {
  if (typeof value === 'number' || typeof value === 'boolean') {
    const quotes = fits(rule, String(value)) && rule.judge?.(String(value)) === undefined ? `; put it in quotes, it was read as a ${typeof value}` : '';
    return report(wrong(place, 'wrong-type', `${rule.expect}${quotes}`, value));
  }
  if (typeof value !== 'string') return report(wrong(place, 'wrong-type', rule.expect, value));
  const judged = rule.judge?.(value);
  if (judged !== undefined) return report(wrong({ ...place, secret: true }, 'invalid', judged));
  if (hasControl(rule.lines === true ? value.replace(/[\t\r\n]/g, '') : value)) return report(wrong(place, 'invalid', `${rule.expect}; control characters and line breaks are not accepted`, value));
  if (!fits(rule, value)) report(wrong(place, 'invalid', rule.expect, value));
}

/** Checks both the patterns and the test, so that nothing passes here that the JSON Schema refuses. */
function fits(rule: TextRule, value: string): boolean {
  const { pattern, anyOf, not, minLength = 0, maxLength = Number.POSITIVE_INFINITY, test } = rule;
  // JSON Schema counts whole characters, not UTF-16 units.
  const length = Array.from(value).length;
  if (length < minLength || length > maxLength) return false;
  if (pattern !== undefined && !matches(pattern, value)) return false;
  if (not !== undefined && matches(not.pattern, value)) return false;
  if (anyOf !== undefined && !anyOf.some((shape) => typeof shape['pattern'] !== 'string' || matches(shape['pattern'], value))) return false;
  return test?.(value) ?? true;
}

const compiled = new Map<string, RegExp>();

function matches(pattern: string, value: string): boolean {
  let found = compiled.get(pattern);
  if (found === undefined) compiled.set(pattern, (found = new RegExp(pattern, 'u')));
  return found.test(value);
}
