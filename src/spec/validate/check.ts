import { isMapping } from '../../support/plain.js';
import { suggest } from '../../support/suggest.js';
import type { ChoiceNode, IntegerNode, ListNode, MapNode, Node, ObjectNode } from '../schema/node.js';
import { at } from './path.js';
import { plainData } from './plain-data.js';
import { wrong, type Place, type Report } from './report.js';
import { checkText } from './text.js';

/** Reports all problems of a value that is present. */
export function check(node: Node, value: unknown, around: Place, report: Report): void {
  const place = { field: around.field, secret: around.secret || node.secret === true };
  switch (node.type) {
    case 'text': return checkText(node, value, place, report);
    case 'choice': return checkChoice(node, value, place, report);
    case 'integer': return checkInteger(node, value, place, report);
    case 'boolean':
      if (typeof value !== 'boolean') report(wrong(place, 'wrong-type', `must be true or false${quoted(value, /^(?:true|false)$/i)}`, value));
      return;
    case 'list': return checkList(node, value, place, report);
    case 'map': return checkMap(node, value, place, report);
    case 'object': return checkObject(node, value, place, report);
    case 'document':
      plainData(value, place, report);
      if (isMapping(value)) applyRules(node.rules, value, place, report);
  }
}

function checkChoice({ values, labels }: ChoiceNode, value: unknown, place: Place, report: Report): void {
  if (values.includes(value as string)) return;
  const words = values.map((one) => (labels?.[one] === undefined ? String(one) : `${one} (${labels[one]})`)).join(', ');
  const near = typeof value === 'string' ? suggest(value, values.map(String)) : undefined;
  report(wrong(place, typeof value === typeof values[0] ? 'invalid' : 'wrong-type', `must be ${values.length === 1 ? '' : 'one of '}${words}${near === undefined ? '' : `; did you mean ${near}?`}`, value));
}

function checkInteger({ least, most }: IntegerNode, value: unknown, place: Place, report: Report): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return;
  report(wrong(place, typeof value === 'number' ? 'invalid' : 'wrong-type', `must be a whole number from ${least} to ${most}${quoted(value, /^-?\d+$/)}`, value));
}

function checkList({ of, least = 0, most = 1000, unique = false }: ListNode, value: unknown, place: Place, report: Report): void {
  if (!Array.isArray(value)) return report(wrong(place, 'wrong-type', 'must be a list: each entry begins with "- ", also a single one', value));
  if (value.length < least || value.length > most) report({ kind: 'invalid', field: place.field, message: `must have ${least} to ${most} entries`, got: `${value.length} entries` });
  for (const [index, entry] of value.slice(0, most).entries()) {
    const own = { field: `${place.field}[${index}]`, secret: place.secret || of.secret === true };
    if (unique && value.indexOf(entry) < index) report(wrong(own, 'invalid', 'is there twice', entry));
    check(of, entry, own, report);
  }
}

function checkMap(node: MapNode, value: unknown, place: Place, report: Report): void {
  if (!isMapping(value)) return report(wrong(place, 'wrong-type', 'must be a mapping of names to values', value));
  for (const [name, entry] of Object.entries(value)) {
    const own = { ...place, field: at(place.field, name) };
    checkText(node.keys, name, own, ({ got: _key, ...problem }) => report({ ...problem, message: `the key ${problem.message}` }));
    if (node.reserved !== undefined && new RegExp(node.reserved, 'u').test(name)) report({ kind: 'invalid', field: own.field, message: 'is set by edge-vm itself; leave it out' });
    checkText(node.values, entry, own, report);
  }
}

function checkObject(node: ObjectNode, value: unknown, place: Place, report: Report): void {
  if (!isMapping(value)) return report(wrong(place, 'wrong-type', node.expect ?? mappingOf(node), value));
  const known = Object.keys(node.fields);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(node.fields, key)) report({ kind: 'unknown-field', field: at(place.field, key), message: unknown(key, known) });
  }
  for (const [key, child] of Object.entries(node.fields)) {
    const own = { field: at(place.field, key), secret: place.secret };
    const part = Object.hasOwn(value, key) ? value[key] : undefined;
    if (part !== undefined) check(child, part, own, report);
    else if (child.required === true) report({ kind: 'missing', field: own.field, message: 'is missing' });
  }
  if (node.exactlyOne !== undefined) checkWays(node.exactlyOne, value, place, report);
  applyRules(node.rules, value, place, report);
}

function checkWays(ways: readonly string[], value: Readonly<Record<string, unknown>>, place: Place, report: Report): void {
  const given = ways.filter((key) => value[key] !== undefined);
  if (given.length === 1) return;
  const has = given.length === 0 ? 'none' : given.length === ways.length && ways.length === 2 ? 'both' : given.join(' and ');
  report({ kind: given.length === 0 ? 'missing' : 'conflict', field: place.field, message: `must have exactly one of ${ways.join(', ')}; it has ${has}` });
}

function applyRules(rules: ObjectNode['rules'], value: Readonly<Record<string, unknown>>, place: Place, report: Report): void {
  for (const rule of rules ?? []) {
    rule(value, (key, message, got, kind = 'invalid') => report(wrong({ ...place, field: key === '' ? place.field : key.split('.').reduce(at, place.field) }, kind, message, got)));
  }
}

function unknown(key: string, known: readonly string[]): string {
  const near = suggest(key, known);
  return near === undefined ? `is not a known field; known are ${known.join(', ')}` : `is not a known field; did you mean ${near}?`;
}

/** More fields than a person reads in an error. */
const mostNamed = 8;

/** What a mapping may have in it; people write `register: true`, or `disk: 20Gi`. */
function mappingOf({ fields, exactlyOne, bare }: ObjectNode): string {
  const names = Object.keys(fields);
  const children = Object.values(fields);
  const needs = exactlyOne !== undefined || children.some((field) => field.required === true && field.default === undefined && !(field.type === 'object' && field.always === true));
  const fills = bare === true || children.some((field) => field.default !== undefined || (field.type === 'object' && field.always === true));
  return `must be a mapping with ${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ', …' : ''}${fills && !needs ? '; {} has the defaults' : ''}`;
}

/** The right value, but as text. */
function quoted(value: unknown, shape: RegExp): string {
  return typeof value === 'string' && shape.test(value) ? '; leave the quotes out' : '';
}
