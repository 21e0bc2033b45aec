import { FORMER_NAMES } from '../former-names.js';
import { device } from './device.js';
import { absentInCluster, isTextInCluster } from './in-cluster.js';
import { plain } from './json-schema.js';
import type { ChangeEffect, Node } from './node.js';
import { declaredFields, type DeclaredField } from './walk.js';

/** One field as `explain` shows it; plain data. */
export interface FieldDescription {
  path: string;
  name: string;
  /** `text`, `whole number`, `list of text`, `mapping`, … */
  type: string;
  sentence: string;
  /** The sentence, and more detail. */
  description: string;
  required: boolean;
  secret: boolean;
  default?: string;
  flag?: string;
  accepted?: string;
  /** The effect of a change on an existing device. */
  change: string;
  /** How it differs in a cluster, as a resource; absent if it does not. */
  inCluster?: string;
  fields?: FieldDescription[];
}

const effects: Readonly<Record<ChangeEffect, string>> = {
  'at-once': 'takes effect at once',
  restart: 'takes effect when the machine is restarted',
  'first-boot': 'takes effect at a first boot only (a new disk, or a higher spec.firstBootGeneration)',
  never: 'cannot change: delete the device and create it again',
};

/** The whole document, as a field. */
const top: DeclaredField = { path: '', key: 'EdgeDevice', node: device, change: 'at-once', secret: false };

/** A field by its path, with or without `spec.` before it and `[]` in it, or by its former name; `undefined` if there is no such field. */
export function findField(path: string): DeclaredField | undefined {
  if (path === '' || /^edgedevice$/i.test(path)) return top;
  const given = path.replaceAll(/\[\d*\]/g, '').replace(/^spec\./, '');
  const wanted = Object.hasOwn(FORMER_NAMES, given) ? FORMER_NAMES[given]! : path.replaceAll(/\[\d*\]/g, '');
  const named = (one: string): boolean => one.replaceAll('[]', '') === wanted || one.replaceAll('[]', '') === `spec.${wanted}`;
  return [...declaredFields().values()].find((field) => named(field.path));
}

/** The whole declaration of a field, with the fields below it: one level or all levels. */
export function describeField({ path, key, node, change, secret }: DeclaredField, recursive: boolean, depth = 0): FieldDescription {
  const accepted = acceptedBy(node);
  const note = noteOf(path, node);
  const inner = recursive || depth === 0 ? fieldsOf(node, path, change, secret).map((field) => describeField(field, recursive, depth + 1)) : [];
  const fallback = node.default === undefined ? node.defaultText : [node.default].flat().join(', ');
  return {
    path, name: key, type: typeOf(node), sentence: `${node.help}.`,
    description: `${node.help}.${node.detail === undefined ? '' : ` ${plain(node.detail)}`}`,
    required: node.required === true && node.default === undefined && node.defaultText === undefined && !(node.type === 'object' && node.always === true),
    secret,
    ...(fallback === undefined ? {} : { default: plain(fallback) }),
    ...(node.flag === undefined ? {} : { flag: node.flag.flags }),
    ...(accepted === undefined ? {} : { accepted }),
    change: effects[change],
    ...(note === undefined ? {} : { inCluster: note }),
    ...(inner.length === 0 ? {} : { fields: inner }),
  };
}

function noteOf(path: string, node: Node): string | undefined {
  const absent = absentInCluster(node, declaredFields().get(path.replace(/\.[^.]*$/, ''))?.node);
  if (absent !== undefined) return `no such field. ${plain(absent)}`;
  return isTextInCluster(node) ? 'the text itself, not a path' : undefined;
}

function fieldsOf(node: Node, path: string, change: ChangeEffect, secret: boolean): DeclaredField[] {
  if (node.type === 'list') return fieldsOf(node.of, `${path}[]`, node.of.change ?? change, secret || node.of.secret === true);
  if (node.type !== 'object') return [];
  return Object.entries(node.fields).map(([key, child]) => ({ path: path === '' ? key : `${path}.${key}`, key, node: child, change: child.change ?? change, secret: secret || child.secret === true }));
}

function typeOf(node: Node): string {
  switch (node.type) {
    case 'choice': return typeof node.values[0] === 'number' ? 'whole number' : 'text';
    case 'integer': return 'whole number';
    case 'boolean': return 'true or false';
    case 'list': return `list of ${typeOf(node.of)}`;
    case 'map': return 'mapping of text to text';
    case 'object': return 'mapping';
    case 'document': return 'any YAML mapping';
    case 'text': return node.file === undefined ? 'text' : node.file.kind === 'only' ? 'path of a file' : 'path of a file, or its text';
  }
}

function acceptedBy(node: Node): string | undefined {
  switch (node.type) {
    case 'text': return node.expect.replace(/^must be /, '');
    case 'choice': return node.values.map((value) => (node.labels?.[value] === undefined ? String(value) : `${value} (${node.labels[value]})`)).join(', ');
    case 'integer': return `from ${node.least} to ${node.most}`;
    case 'list': return [acceptedBy(node.of), `${node.least ?? 0} to ${node.most ?? 1000} entries`].filter((part) => part !== undefined).join('; ');
    case 'map': return `keys: ${node.keys.expect.replace(/^must be /, '')}; values: ${node.values.expect.replace(/^must be /, '')}`;
    case 'object': return node.exactlyOne === undefined ? undefined : `exactly one of ${node.exactlyOne.join(', ')}`;
    default: return undefined;
  }
}
