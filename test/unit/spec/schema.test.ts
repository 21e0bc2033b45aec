import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { withDefaults } from '../../../src/spec/defaults.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { cases, deviceWith, smallest } from './cases.js';

interface Node {
  $ref?: string;
  description?: string;
  default?: unknown;
  type?: string | string[];
  properties?: Record<string, Node>;
  items?: Node;
  additionalProperties?: boolean | Node;
  const?: unknown;
  enum?: unknown[];
}

const schema = JSON.parse(readFileSync('schema/edge-device.schema.json', 'utf8')) as Node & { $defs: Record<string, Node> };
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
addFormats.default(ajv, ['ipv4', 'ipv6']);
const accepts = ajv.compile(schema);

const follow = (node: Node): Node => (node.$ref === undefined ? node : schema.$defs[node.$ref.split('/').at(-1)!]!);

/** Every object of the schema with fixed fields, by its path; lists are entered at their first entry. */
function* objects(node: Node, path: string): Generator<[string, string[]]> {
  const { properties, items } = follow(node);
  if (items !== undefined) yield* objects(items, `${path}[0]`);
  if (properties === undefined) return;
  yield [path, Object.keys(properties)];
  for (const [key, child] of Object.entries(properties)) yield* objects(child, path === '' ? key : `${path}.${key}`);
}

function place(path: string, value: unknown): unknown {
  const list = /^(.*)\[0\]$/.exec(path);
  return list === null ? deviceWith(path, value) : deviceWith(list[1]!, [value]);
}

describe('schema/edge-device.schema.json', () => {
  it('takes the smallest device', () => {
    assert.ok(accepts(smallest()), JSON.stringify(accepts.errors));
  });

  for (const { path, value, problem, beyondSchema } of cases) {
    it(`agrees with the validation on ${path} ${(JSON.stringify(value) ?? String(value)).slice(0, 70)}`, () => {
      const device = deviceWith(path, value);
      const refused = validateDevice(withDefaults(device)).length > 0;
      assert.equal(refused, problem !== undefined);
      const expected = beyondSchema === true ? true : !refused;
      assert.equal(accepts(device), expected, JSON.stringify(accepts.errors?.slice(0, 3)));
    });
  }

  for (const [path, fields] of objects(schema, '')) {
    if (path.startsWith('status')) continue;
    it(`has the fields that the validation knows at ${path || 'the top'}`, () => {
      const device = path === '' ? { ...smallest(), zzz: 1 } : place(path, { zzz: 1 });
      const problem = validateDevice(withDefaults(device as never)).find(({ field }) => field === (path === '' ? 'zzz' : `${path}.zzz`));
      assert.ok(problem !== undefined, 'an unknown field was taken');
      assert.deepEqual(problem.message.replace(/.*known are /, '').split(', ').sort(), [...fields].sort());
    });
  }

  it('has the defaults that are filled in', () => {
    const filled = withDefaults({ ...smallest(), spec: { identity: { register: {} }, gateway: {}, guest: { apt: { edgeSource: {} } } } });
    const walk = (node: Node, value: unknown, path: string): void => {
      const { default: told, properties } = follow(node);
      if (told !== undefined) assert.deepEqual(value, told, path);
      // A mapping that nobody asked for has no defaults in it.
      if (value !== undefined) for (const [key, child] of Object.entries(properties ?? {})) walk(child, (value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`);
    };
    walk(schema, filled, '');
  });

  it('describes every field', () => {
    const walk = (node: Node, path: string): void => {
      assert.ok((node.description ?? follow(node).description ?? '').length > 0, `${path} has no description`);
      for (const [key, child] of Object.entries(follow(node).properties ?? {})) walk(child, `${path}.${key}`);
    };
    walk(schema, 'document');
  });
});
