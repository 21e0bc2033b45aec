import { CANNOT_CHANGE, type CelRule, type ChangeEffect, type ListNode, type MapNode, type Node, type ObjectNode, type TextNode } from './node.js';
import { absentInCluster, isTextInCluster } from './in-cluster.js';
import { isNeeded, plain } from './json-schema.js';
import { maxLengthOf, textRules } from './crd-text.js';

/** A schema of OpenAPI v3, structural in the sense of Kubernetes. */
export type CrdSchema = Record<string, unknown>;

/** How a field stands in the schema of a custom resource. */
interface Around {
  change: ChangeEffect;
  /** A status is written by a program: it has types, but no rules and no defaults. */
  rules: boolean;
  /** The field is in an entry of a list. */
  inList?: boolean;
}

const longestEntry = 65_536;

/** Entries of a mapping in a cluster, which the API server's cost limits for CEL need. */
const mostEntries = 100;

/** The structural schema of a node: closed (unknown fields are pruned), with CEL rules and the defaults that depend on nothing else. */
export function crdSchema(node: Node, around: Around = { change: 'at-once', rules: true }): CrdSchema {
  const own = { ...around, change: node.change ?? around.change };
  const schema = { description: descriptionOf(node, own), ...schemaOf(node, own) };
  if (!around.rules) return schema;
  const fallback = defaultOf(node);
  const validations = [...rulesOf(node, own)];
  return { ...schema, ...(fallback === undefined ? {} : { default: fallback }), ...(validations.length === 0 ? {} : { 'x-kubernetes-validations': validations }) };
}

function descriptionOf(node: Node, { rules, change }: Around): string {
  const effect = rules && change === 'never' && node.type !== 'object' ? ' It cannot change.' : '';
  return `${node.help}.${node.detail === undefined ? '' : ` ${plain(node.detail)}`}${isTextInCluster(node) ? ' In a cluster: the text itself, not a path.' : ''}${effect}`;
}

function schemaOf(node: Node, own: Around): CrdSchema {
  switch (node.type) {
    case 'text': return { type: 'string', ...(node.format === undefined ? {} : { format: node.format }), ...boundsOf(node, own) };
    case 'choice': return { type: typeof node.values[0] === 'number' ? 'integer' : 'string', enum: [...node.values] };
    case 'integer': return { type: 'integer', ...(own.rules ? { minimum: node.least, maximum: node.most } : {}) };
    case 'boolean': return { type: 'boolean' };
    case 'list': return listSchema(node, own);
    case 'map': return { type: 'object', ...(node.whole === true ? { 'x-kubernetes-map-type': 'atomic' } : {}), maxProperties: mostEntries, additionalProperties: { type: 'string', maxLength: maxLengthOf(node.values) } };
    case 'object': return objectSchema(node, own);
    case 'document': return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic', ...(node.properties === undefined ? {} : { properties: node.properties }) };
  }
}

/** The length of a text. The server multiplies the costs of an entry by their number, so a text in a list may be less long. */
function boundsOf(node: TextNode, { rules, inList }: Around): CrdSchema {
  if (!rules) return node.maxLength === undefined ? {} : { maxLength: node.maxLength };
  return { ...(node.minLength === undefined ? {} : { minLength: node.minLength }), maxLength: inList === true ? Math.min(maxLengthOf(node), longestEntry) : maxLengthOf(node) };
}

function listSchema({ of, least, most, key, unordered }: ListNode, own: Around): CrdSchema {
  const kind = key === undefined ? { 'x-kubernetes-list-type': unordered === true ? 'set' : 'atomic' } : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
  return { type: 'array', ...kind, ...(own.rules ? { ...(least === undefined ? {} : { minItems: least }), maxItems: most ?? mostEntries } : {}), items: crdSchema(of, { ...own, inList: true }) };
}

function objectSchema(node: ObjectNode, own: Around): CrdSchema {
  const fields = fieldsInCluster(node);
  const required = fields.filter(([, child]) => (own.rules ? isNeeded(child) || node.name === 'SecretSource' : child.required === true)).map(([key]) => key);
  return {
    type: 'object', ...(node.whole === true ? { 'x-kubernetes-map-type': 'atomic' } : {}), ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(fields.map(([key, child]) => [key, crdSchema(child, own)])),
  };
}

function fieldsInCluster(node: ObjectNode): [string, Node][] {
  return Object.entries(node.fields).filter(([, child]) => absentInCluster(child, node) === undefined);
}

/** A default that depends on another field is left to the operator. */
function defaultOf(node: Node): unknown {
  if (node.defaultUnless !== undefined || node.defaultsTogether === true) return undefined;
  if (node.type === 'object') return node.always === true && !isNeeded(node) ? {} : undefined;
  return node.default;
}

function* rulesOf(node: Node, own: Around): Generator<CelRule> {
  if (node.type === 'text') yield* textRules(node);
  // The server itself refuses a second entry in a set.
  if (node.type === 'list' && node.unique === true && node.unordered !== true) yield { rule: 'self.all(one, self.exists_one(other, other == one))', message: 'must have no entry twice' };
  if (node.type === 'map') yield* mapRules(node);
  if (node.type === 'object') yield* waysOf(node);
  yield* node.cel ?? [];
  if (node.type === 'object') yield* changeRules(node, own);
}

function* mapRules({ keys, values, reserved }: MapNode): Generator<CelRule> {
  const limit = `key.size() <= ${maxLengthOf(keys)}`;
  for (const { rule, message } of textRules(keys, 'key')) yield { rule: `self.all(key, ${limit} && (${rule}))`, message: `the key ${message}` };
  for (const { rule, message } of textRules(values, 'self[key]')) yield { rule: `self.all(key, ${rule})`, message };
  if (reserved !== undefined) throw new Error('a map with reserved keys stands in metadata, where the API server checks nothing for us');
}

function* waysOf(node: ObjectNode): Generator<CelRule> {
  const { exactlyOne } = node;
  if (exactlyOne === undefined || node.name === 'SecretSource') return;
  const bare = exactlyOne.filter((key) => { const child = node.fields[key]; return child?.type === 'object' && child.bare === true; });
  yield {
    rule: `[${exactlyOne.map((key) => `has(self.${key})`).join(', ')}].filter(given, given).size() == 1`,
    message: `must have exactly one of ${exactlyOne.join(', ')}${bare.map((key) => `; without fields, ${key} is {}`).join('')}`,
  };
}

/** Set to another value, removed and added count as a change, because an absent field has a value too: that of the template or the cluster. */
function* changeRules(node: ObjectNode, own: Around): Generator<CelRule> {
  for (const [key, child] of fieldsInCluster(node)) {
    // A number that itself waits for a first boot counts the first boots: it only rises. Absent, it is the least one.
    if (child.type === 'integer' && child.change === 'first-boot') {
      const valueOf = (one: string): string => `(has(${one}.${key}) ? ${one}.${key} : ${child.least})`;
      yield { rule: `${valueOf('self')} >= ${valueOf('oldSelf')}`, message: 'must not become lower', fieldPath: `.${key}` };
    }
    if (child.type === 'object' || (child.change ?? own.change) !== 'never' || child.changeRule === 'around') continue;
    yield { rule: `has(self.${key}) == has(oldSelf.${key}) && (!has(self.${key}) || self.${key} == oldSelf.${key})`, message: CANNOT_CHANGE, fieldPath: `.${key}` };
  }
}

/** The rules of a text that has no schema of its own: `metadata.name`. They have its name in the message, because the API server takes no path to it. */
export function rulesOfText(node: TextNode, self: string, name: string): CelRule[] {
  return [{ rule: `${self}.size() <= ${maxLengthOf(node)}`, message: node.expect }, ...textRules(node, self)].map(({ rule, message }) => ({ rule, message: `${name} ${message}` }));
}
