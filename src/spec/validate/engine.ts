import { isMapping } from '../../support/plain.js';
import type { Problem } from '../../support/errors.js';
import { shown } from '../../support/shown.js';
import { suggest } from '../../support/suggest.js';
import { hasControl } from '../formats/text.js';

/** Where the problems of one validation are collected. */
export type Report = (problem: Problem) => void;

/** Checks one present value; reports each problem with its field. */
export type Check = (value: unknown, field: string, report: Report) => void;

interface Field {
  check: Check;
  required: boolean;
}

/** A field of an object that must be there. */
export function required(check: Check): Field {
  return { check, required: true };
}

/** Path of a key, quoted where a dot or a slash in it would be read as a step. */
export function at(field: string, key: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key);
  if (!plain) return `${field}[${(shown(key.slice(0, 80)) ?? '"…"')}]`;
  return field === '' ? key : `${field}.${key}`;
}

/** `problem` with the value got; use `got: undefined` where the value may be secret. */
export function wrong(field: string, message: string, got?: unknown): Problem {
  const text = shown(got);
  return text === undefined ? { field, message } : { field, message, got: text };
}

/** A mapping with exactly these fields; unknown ones are refused without showing their value. */
export function object(fields: Readonly<Record<string, Check | Field>>): Check {
  const known = Object.keys(fields);
  return (value, field, report) => {
    if (!isMapping(value)) {
      report(wrong(field || 'document', 'must be a mapping', describe(value)));
      return;
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) report({ field: at(field, key), message: unknown(key, known) });
    }
    for (const [key, entry] of Object.entries(fields)) {
      const { check, required: needed } = typeof entry === 'function' ? { check: entry, required: false } : entry;
      const part = Object.hasOwn(value, key) ? value[key] : undefined;
      if (part !== undefined) check(part, at(field, key), report);
      else if (needed) report({ field: at(field, key), message: 'is missing' });
    }
  };
}

function unknown(key: string, known: readonly string[]): string {
  const near = suggest(key, known);
  return near === undefined ? `is not a known field; known are ${known.join(', ')}` : `is not a known field; did you mean ${near}?`;
}

/** Kinds of values that cannot be shown in full, by their kind. */
function describe(value: unknown): unknown {
  return Array.isArray(value) ? '[…]' : value;
}

export interface TextRule {
  /** What is accepted, as `must be …`. */
  expect: string;
  test?: (text: string) => boolean;
  /** Never show the value. */
  secret?: boolean;
  /** Line breaks and tabs allowed. */
  lines?: boolean;
}

/** A text of the given shape. Control characters are refused always. */
export function text(rule: TextRule): Check {
  return (value, field, report) => {
    const got = rule.secret === true ? undefined : value;
    if (typeof value === 'number' || typeof value === 'boolean') report(wrong(field, `${rule.expect}; put it in quotes, it was read as a ${typeof value}`, got));
    else if (typeof value !== 'string') report(wrong(field, rule.expect, got));
    else if (hasControl(rule.lines === true ? value.replace(/[\t\r\n]/g, '') : value)) report(wrong(field, `${rule.expect}; control characters and line breaks are not accepted`, got));
    else if (rule.test !== undefined && !rule.test(value)) report(wrong(field, rule.expect, got));
  };
}

/** One of the words; the nearest is suggested. */
export function oneOf(words: readonly string[]): Check {
  return (value, field, report) => {
    if (typeof value === 'string' && words.includes(value)) return;
    const near = typeof value === 'string' ? suggest(value, words) : undefined;
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    report(wrong(field, `must be one of ${words.join(', ')}${hint}`, value));
  };
}

/** A whole number in a range, ends included. */
export function integer(least: number, most: number): Check {
  return (value, field, report) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return;
    report(wrong(field, `must be a whole number from ${least} to ${most}`, value));
  };
}

export const bool: Check = (value, field, report) => {
  if (typeof value !== 'boolean') report(wrong(field, 'must be true or false', value));
};

export interface ListRule {
  least?: number;
  most?: number;
  /** No value twice. */
  unique?: boolean;
}

export function list(check: Check, rule: ListRule = {}): Check {
  const { least = 0, most = 1000, unique = false } = rule;
  return (value, field, report) => {
    if (!Array.isArray(value)) {
      report(wrong(field, 'must be a list', isMapping(value) ? undefined : value));
      return;
    }
    if (value.length < least || value.length > most) report({ field, message: `must have ${least} to ${most} entries`, got: `${value.length} entries` });
    for (const [index, entry] of value.slice(0, most).entries()) {
      if (unique && value.indexOf(entry) < index) report(wrong(`${field}[${index}]`, 'is there twice', entry));
      check(entry, `${field}[${index}]`, report);
    }
  };
}

/** A mapping of free keys: each key and each value is checked. */
export function mapOf(key: TextRule & { test: (text: string) => boolean }, value: Check): Check {
  return (map, field, report) => {
    if (!isMapping(map)) {
      report(wrong(field, 'must be a mapping', describe(map)));
      return;
    }
    for (const [name, entry] of Object.entries(map)) {
      if (!key.test(name)) report({ field: at(field, name), message: `the key ${key.expect}` });
      value(entry, at(field, name), report);
    }
  };
}

/** Runs further checks after the first one found nothing wrong. */
export function andThen(first: Check, second: Check): Check {
  return (value, field, report) => {
    let clean = true;
    first(value, field, (problem) => {
      clean = false;
      report(problem);
    });
    if (clean) second(value, field, report);
  };
}
