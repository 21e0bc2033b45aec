import { resolve } from 'node:path';
import type { Node, ObjectNode } from '../../spec/schema/node.js';

/** A bad value: the message becomes a problem of the flag. */
export class FlagError extends Error {}

/**
 * The texts of a flag as the value of its field, by the field's declared type. A text of the wrong shape
 * stays text: the validation then says what the field accepts.
 */
export function convert(node: Node, texts: readonly string[], cwd: string): unknown {
  const last = texts.at(-1)!;
  switch (node.type) {
    case 'text': return node.file === undefined ? last : pathOf(last, cwd);
    case 'integer': return numeric(last);
    case 'map': return mapOf((node.flag?.syntax === 'entries' ? texts : commas(texts)).map(keyAndValue));
    case 'list': return listOf(node, texts, cwd);
    case 'object': return node.flag?.syntax === 'resource' ? resource(node, last) : { file: last === '-' ? '-' : resolve(cwd, last) };
    default: return last;
  }
}

function listOf(node: Extract<Node, { type: 'list' }>, texts: readonly string[], cwd: string): unknown[] {
  if (node.files !== undefined) return texts.map((text) => pathOf(text, cwd));
  if (node.flag?.syntax === 'toleration') return texts.map(toleration);
  const numbers = node.of.type === 'integer' || (node.of.type === 'choice' && typeof node.of.values[0] === 'number');
  return commas(texts).map((text) => (numbers ? numeric(text) : text));
}

/** A path starts at the working folder. If the text is no path (but the text of a key), the loader reports it. */
function pathOf(text: string, cwd: string): string {
  return text === '' || text.includes('\n') || /\s/.test(text.trim()) && text.includes('-----') ? text : resolve(cwd, fromHome(text));
}

/** The shell expands `~/`, but not in `--flag=~/file`. */
function fromHome(text: string): string {
  return text.startsWith('~/') && process.env['HOME'] !== undefined ? `${process.env['HOME']}${text.slice(1)}` : text;
}

const commas = (values: readonly string[]): string[] => values.flatMap((value) => value.split(',')).map((value) => value.trim()).filter((value) => value !== '');
const numeric = (value: string): number | string => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value);

function mapOf(entries: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of entries) {
    if ((values.get(key) ?? value) !== value) throw new FlagError(`must not have key ${key} several times, with different values`);
    values.set(key, value);
  }
  return Object.fromEntries(values);
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new FlagError('must be KEY=VALUE');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `key[=value][:effect[:seconds]]`; without a key every taint of that effect is meant. */
function toleration(text: string): Record<string, unknown> {
  const [taint = '', effect, seconds, ...rest] = text.split(':');
  if (rest.length > 0) throw new FlagError('must be KEY[=VALUE][:EFFECT[:SECONDS]]');
  const [key = '', value] = taint.split('=', 2);
  return {
    ...(key === '' ? {} : { key }),
    ...(value === undefined ? { operator: 'Exists' } : { operator: 'Equal', value }),
    ...(effect === undefined || effect === '' ? {} : { effect }),
    ...(seconds === undefined ? {} : { tolerationSeconds: numeric(seconds) }),
  };
}

/** As in virtctl: a name alone means the cluster-wide kind, `virtualmachineinstancetype/name` the namespaced one. */
function resource(node: ObjectNode, text: string): Record<string, string> {
  const kinds = node.fields['kind']?.type === 'choice' ? node.fields['kind'].values.map(String) : [];
  const [prefix, name, ...rest] = text.split('/');
  if (name === undefined) return { name: text, kind: kinds[0]! };
  const kind = kinds.find((known) => known.toLowerCase() === prefix!.toLowerCase());
  if (kind === undefined || rest.length > 0) throw new FlagError(`must be NAME${kinds.map((known) => ` or ${known.toLowerCase()}/NAME`).join('')}`);
  return { name, kind };
}
