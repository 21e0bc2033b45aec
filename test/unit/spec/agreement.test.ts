import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { withDefaults } from '../../../src/spec/defaults.js';
import { jsonSchema } from '../../../src/spec/schema/json-schema.js';
import type { Node } from '../../../src/spec/schema/node.js';
import { declaredFields } from '../../../src/spec/schema/walk.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { APT_KEY, CA, SSH_KEY } from './fixtures.js';

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv, ['ipv4', 'ipv6']);
const accepts = ajv.compile(jsonSchema());

const loaded: Readonly<Record<string, unknown>> = {
  'spec.vm.templateFile': 'apiVersion: kubevirt.io/v1\nkind: VirtualMachine\n', 'spec.edge.trustBundle': CA, 'spec.edge.edgeCa.certificate': CA, 'spec.guest.apt.edgeSource.key': APT_KEY,
  'spec.guest.caCertificates': [CA], 'spec.guest.sshKeys': [SSH_KEY],
};

/** What people type, and what they should not. */
const any = fc.oneof(
  fc.constantFrom('', 'x', 'X1', '0', '1Gi', 'a.b', 'http://h', 'a b', '\u0000', '\u2028', '😀'.repeat(40), 'no', '1.6.0-1', '10.0.0.1', '::1', '172.26.0.0/16', 'a/b', '-'),
  fc.string({ maxLength: 70 }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}), fc.array(fc.string(), { maxLength: 3 }), fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.string(), fc.integer()), { maxKeys: 3 }),
);

function good(node: Node, path: string): fc.Arbitrary<unknown> {
  if (loaded[path] !== undefined) return fc.constant(loaded[path]);
  if (node.type === 'choice') return fc.constantFrom(...node.values);
  if (node.type === 'integer') return fc.integer({ min: node.least, max: node.most });
  if (node.type === 'boolean') return fc.boolean();
  return node.example?.value === undefined ? any : fc.constant(node.example.value);
}

const fields = [...declaredFields().values()].filter(({ path }) => !path.includes('[]') && !/^(?:spec|metadata|spec\.(?:vm|guest|edge))$/.test(path));
const one = fc.constantFrom(...fields).chain(({ path, node }) => fc.tuple(fc.constant(path), fc.oneof({ weight: 2, arbitrary: good(node, path) }, { weight: 3, arbitrary: any })));

function deviceOf(values: readonly (readonly [string, unknown])[]): EdgeDeviceInput {
  const device: Record<string, unknown> = { metadata: { name: 'gw-01' }, spec: { identity: { register: {} } } };
  for (const [path, value] of values) {
    let place = device;
    const steps = path.split('.');
    for (const step of steps.slice(0, -1)) {
      const next = place[step];
      place = (typeof next === 'object' && next !== null && !Array.isArray(next) ? next : (place[step] = {})) as Record<string, unknown>;
    }
    // The examples of the schema are not to be changed.
    place[steps.at(-1)!] = structuredClone(value);
  }
  return device;
}

describe('the checks and the JSON Schema, as a property', () => {
  it('agree: what the checks accept, the schema accepts', () => {
    let accepted = 0;
    fc.assert(fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (values) => {
      const device = deviceOf(values);
      if (validateDevice(withDefaults(device)).length > 0) return;
      accepted += 1;
      // A field that is null counts as absent; a schema knows no such thing.
      const given = JSON.parse(JSON.stringify(device, (key, value: unknown) => (value === null && key !== 'register' ? undefined : value))) as unknown;
      assert.ok(accepts(given), `${JSON.stringify(device)}: ${JSON.stringify(accepts.errors?.slice(0, 2))}`);
    }), { numRuns: propertyRuns(4000) });
    assert.ok(accepted > 200, `only ${accepted} were accepted, which is too few for this test`);
  });
});
