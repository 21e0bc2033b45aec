import { device } from './device.js';
import type { DocumentNode, ListNode, MapNode, Node, ObjectNode, TextRule } from './node.js';

type Schema = Record<string, unknown>;

/**
 * The declared fields as a JSON Schema (draft 2020-12) of a device file, before defaults are filled in: a field with a
 * default is not required. The validation checks more than the schema, never less.
 */
export function jsonSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://edge-vm.io/schema/v1alpha1/edge-device.schema.json',
    title: 'EdgeDevice',
    ...schemaOf(device),
  };
}

function schemaOf(node: Node): Schema {
  const about: Schema = { description: sentence(node) };
  if (node.default !== undefined) about['default'] = node.default;
  switch (node.type) {
    case 'text': return { ...about, type: 'string', ...textSchema(node) };
    case 'choice': return { ...about, ...(node.values.length === 1 ? { const: node.values[0] } : { enum: [...node.values] }) };
    case 'integer': return { ...about, type: 'integer', minimum: node.least, maximum: node.most };
    case 'boolean': return { ...about, type: 'boolean' };
    case 'list': return { ...about, ...listSchema(node) };
    case 'map': return { ...about, ...mapSchema(node) };
    case 'object': return { ...about, ...objectSchema(node) };
    case 'document': return { ...about, ...documentSchema(node) };
  }
}

function sentence({ help, detail }: Node): string {
  return `${help}.${detail === undefined ? '' : ` ${plain(detail)}`}`;
}

/** Markdown without its marks. */
export function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');
}

function textSchema({ pattern, anyOf, not, minLength, maxLength }: TextRule): Schema {
  return {
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(anyOf === undefined ? {} : { anyOf: [...anyOf] }),
    ...(not === undefined ? {} : { not: { pattern: not.pattern } }),
  };
}

function listSchema({ of, least, most, unique }: ListNode): Schema {
  return { type: 'array', ...(least === undefined ? {} : { minItems: least }), ...(most === undefined ? {} : { maxItems: most }), ...(unique === true ? { uniqueItems: true } : {}), items: schemaOf(of) };
}

function mapSchema({ keys, values, reserved }: MapNode): Schema {
  const key = textSchema(keys);
  return {
    type: 'object',
    propertyNames: reserved === undefined ? key : { allOf: [key, { not: { pattern: reserved } }] },
    additionalProperties: { type: 'string', ...textSchema(values) },
  };
}

function objectSchema({ fields, exactlyOne, bare, schema }: ObjectNode): Schema {
  const required = Object.entries(fields).filter(([, node]) => isNeeded(node)).map(([key]) => key);
  return {
    type: bare === true ? ['object', 'null'] : 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(Object.entries(fields).map(([key, node]) => [key, schemaOf(node)])),
    ...(exactlyOne === undefined ? {} : { minProperties: 1, maxProperties: 1 }),
    ...schema,
  };
}

/** In a file, a field is required if no default fills it in. A mapping with defaults is required if a field in it is. */
export function isNeeded(node: Node): boolean {
  if (node.type === 'object' && node.always === true) return node.exactlyOne !== undefined || Object.values(node.fields).some(isNeeded);
  return node.required === true && node.default === undefined && node.defaultText === undefined;
}

function documentSchema({ schema }: DocumentNode): Schema {
  return { type: 'object', ...schema };
}
