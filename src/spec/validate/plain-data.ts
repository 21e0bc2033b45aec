import { isMapping } from '../../support/plain.js';
import { wrong, type Place, type Report } from './report.js';
import { at } from './path.js';

const maxDepth = 64;
const maxValues = 100_000;

/** A mapping of plain data (what JSON can hold): no dates, no cycles, and limits for depth and size, because YAML aliases can make a document huge. */
export function plainData(value: unknown, place: Place, report: Report): void {
  if (isMapping(value)) walk(value, place.field, { report, left: maxValues, stopped: false }, 0);
  else report(wrong(place, 'wrong-type', 'must be a mapping', value));
}

interface Walk {
  report: Report;
  left: number;
  stopped: boolean;
}

function walk(value: unknown, field: string, state: Walk, depth: number): void {
  state.left -= 1;
  if (state.stopped) return;
  if (depth > maxDepth || state.left < 0) {
    state.stopped = true;
    state.report({ kind: 'invalid', field, message: depth > maxDepth ? `is nested deeper than ${maxDepth} levels, or in itself` : `holds more than ${maxValues} values` });
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) walk(entry, `${field}[${index}]`, state, depth + 1);
  } else if (isMapping(value)) {
    for (const [key, entry] of Object.entries(value)) walk(entry, at(field, key), state, depth + 1);
  } else if (!isScalar(value)) {
    state.report({ kind: 'wrong-type', field, message: 'must be text, a number, true, false, null, a list or a mapping' });
  }
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
