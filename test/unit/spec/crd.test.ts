import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { withDefaults } from '../../../src/spec/defaults.js';
import { absentInCluster } from '../../../src/spec/schema/in-cluster.js';
import { declaredFields } from '../../../src/spec/schema/walk.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { anyFieldInCluster, deviceOf } from './devices.js';

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: string[];
  enum?: unknown[];
  [keyword: string]: unknown;
}

const schemaOf = (file: string): Schema => (load(readFileSync(`charts/edge-vm/crds/${file}`, 'utf8')) as { spec: { versions: [{ schema: { openAPIV3Schema: Schema } }] } }).spec.versions[0].schema.openAPIV3Schema;
const device = schemaOf('edgedevices.yaml');
const deployment = schemaOf('edgedeployments.yaml');

/** Every schema with its path, as `declaredFields` writes it. */
function* within(schema: Schema, path = ''): Generator<[path: string, schema: Schema]> {
  yield [path, schema];
  for (const [key, child] of Object.entries(schema.properties ?? {})) yield* within(child, path === '' ? key : `${path}.${key}`);
  if (schema.items !== undefined) yield* within(schema.items, `${path}[]`);
}

/** Without `metadata`, which is the API server's own. */
const all = [...within(device), ...within(deployment)].filter(([path]) => path !== 'metadata');

describe('charts/edge-vm/crds', () => {
  it('is what scripts/crds.mjs writes', () => {
    assert.doesNotThrow(() => execFileSync(process.execPath, ['scripts/crds.mjs', '--check'], { encoding: 'utf8', stdio: 'pipe' }));
  });

  it('has every declared field, but for paths of files and places of secrets outside the cluster', () => {
    const has = new Set([...within(device)].map(([path]) => path));
    const fields = [...declaredFields().values()].filter(({ path }) => path.startsWith('spec'));
    const missing = fields.filter(({ path }) => !has.has(path));
    const around = (path: string): string => path.replace(/\.[^.]*$/, '');
    for (const { path, node } of missing) assert.ok(absentInCluster(node, declaredFields().get(around(path))?.node) !== undefined, `${path} is missing for no reason`);
    assert.deepEqual(missing.map(({ path }) => path).sort(), [
      'spec.edge.edgeCa.key.env', 'spec.edge.edgeCa.key.file', 'spec.edge.registry.password.env', 'spec.edge.registry.password.file',
      'spec.guest.apt.edgeSource.keyFile', 'spec.guest.cloudConfigFile', 'spec.identity.connectionString.env', 'spec.identity.connectionString.file',
    ]);
  });

  it('describes every field', () => {
    for (const [path, { description }] of all) assert.match(description ?? '', /^\S.*\.$/, `description of ${path}`);
  });

  it('has a bound for all that a rule may walk over, and no keyword that is not structural', () => {
    for (const [path, schema] of all) {
      for (const keyword of ['oneOf', 'anyOf', 'not', 'const', 'uniqueItems', 'pattern']) assert.equal(schema[keyword], undefined, `${keyword} of ${path}`);
      if (!path.startsWith('spec')) continue;
      if (schema.type === 'string' && schema.enum === undefined) assert.ok(schema.maxLength !== undefined, `maxLength of ${path}`);
      if (schema.type === 'array') assert.ok(schema.maxItems !== undefined, `maxItems of ${path}`);
      if (typeof schema.additionalProperties === 'object') assert.ok(schema.maxProperties !== undefined && schema.additionalProperties.maxLength !== undefined, `bounds of ${path}`);
    }
  });

  it('needs only what a person must give', () => {
    const needed = [...within(device)].flatMap(([path, { required = [] }]) => (path === '' || path.startsWith('spec') ? required.map((key) => `${path}.${key}`) : []));
    assert.deepEqual(needed.filter((path) => !/secretRef|connectionString/.test(path)).sort(), [
      '.spec', 'spec.edge.edgeCa.certificate', 'spec.edge.edgeCa.key', 'spec.edge.registry.password', 'spec.edge.registry.server', 'spec.edge.registry.username',
      'spec.guest.apt.edgeSource.uri', 'spec.guest.docker.addressPools[].base', 'spec.guest.docker.addressPools[].size', 'spec.identity',
      'spec.vm.dataDisk.size', 'spec.vm.instancetype.name', 'spec.vm.preference.name',
    ]);
  });

  it('has types that take what the checks take, as a property', () => {
    const accepts = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(closed(device));
    let taken = 0;
    let refused = 0;
    fc.assert(fc.property(fc.array(anyFieldInCluster, { minLength: 1, maxLength: 4 }), (values) => {
      // JSON writes numbers that are not finite as null, too.
      const isNull = (value: unknown): boolean => value === null || (typeof value === 'number' && !Number.isFinite(value));
      const input = JSON.parse(JSON.stringify(deviceOf(values), (key, value: unknown) => (!isNull(value) ? value : key === 'register' ? {} : undefined))) as object;
      const given = { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', ...input };
      const problems = validateDevice(withDefaults(given));
      if (problems.length === 0) {
        taken += 1;
        assert.ok(accepts(given), `${JSON.stringify(given)}: ${JSON.stringify(accepts.errors?.slice(0, 2))}`);
      } else if (problems.some(({ kind, field }) => (kind === 'wrong-type' || kind === 'unknown-field') && field.startsWith('spec.') && !/createOptions|cloudConfig|networkData/i.test(field))) {
        refused += 1;
        assert.ok(!accepts(given), JSON.stringify(problems));
      }
    }), { numRuns: propertyRuns(1500) });
    assert.ok(taken > 30 && refused > 30, `${taken} were good, ${refused} had a wrong type`);
  });
});

/** As the API server reads it with strict validation: closed, and formats and rules aside. */
function closed(schema: Schema): Schema {
  const { properties, items, ...rest } = schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || properties === undefined;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, closed(child)])) }),
    ...(open ? {} : { additionalProperties: false }),
  };
}
