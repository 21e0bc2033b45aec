import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

type Node = Record<string, unknown>;

/**
 * A structural schema as the API server applies it under strict field validation: unknown fields are refused where
 * they are not preserved, `x-kubernetes-int-or-string` takes both. Lists, maps and CEL rules stay with the server.
 */
function strict(node: Node): Node {
  const { 'x-kubernetes-preserve-unknown-fields': open, 'x-kubernetes-int-or-string': _either, nullable, ...rest } = node;
  const out: Node = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-') && key !== 'format' && key !== 'default'));
  if (node['properties'] !== undefined) out['properties'] = mapValues(node['properties'] as Record<string, Node>, strict);
  if (typeof node['additionalProperties'] === 'object') out['additionalProperties'] = strict(node['additionalProperties'] as Node);
  if (node['items'] !== undefined) out['items'] = strict(node['items'] as Node);
  if (node['type'] === 'object' && open !== true && node['additionalProperties'] === undefined) out['additionalProperties'] = false;
  if (nullable === true && typeof out['type'] === 'string') out['type'] = [out['type'], 'null'];
  return out;
}

function mapValues(map: Record<string, Node>, change: (node: Node) => Node): Record<string, Node> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

const qualified = '^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$';
const labelMap = { type: 'object', propertyNames: { pattern: qualified }, additionalProperties: { type: 'string', maxLength: 63, pattern: '^(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?$' } };
const name = { type: 'string', maxLength: 253, pattern: '^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$' };

/** ObjectMeta as far as edge-vm writes it; the API server checks it beside any CRD schema. */
const objectMeta = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name,
    namespace: { type: 'string', pattern: '^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$' },
    labels: labelMap,
    annotations: { type: 'object', propertyNames: { pattern: qualified }, additionalProperties: { type: 'string' } },
  },
};

/** Metadata of a DataVolume's template and of the VMI's: kept as unknown by the CRD, checked by the controllers. */
const dataVolumeMeta = { ...objectMeta, properties: { ...objectMeta.properties, name: { ...name, maxLength: 63 } } };
const instanceMeta = { ...objectMeta, required: [] };

const secret = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'type'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'v1' },
    kind: { const: 'Secret' },
    metadata: objectMeta,
    type: { const: 'Opaque' },
    data: { type: 'object', propertyNames: { pattern: '^[-._a-zA-Z0-9]+$' }, additionalProperties: { type: 'string', pattern: '^[A-Za-z0-9+/]*={0,2}$' } },
    stringData: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

const service = {
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'v1' },
    kind: { const: 'Service' },
    // A Service's name is a DNS label of RFC 1035: no dots, first character a letter.
    metadata: { ...objectMeta, properties: { ...objectMeta.properties, name: { type: 'string', pattern: '^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$' } } },
    spec: {
      type: 'object',
      required: ['type', 'selector', 'ports'],
      additionalProperties: false,
      properties: {
        type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
        selector: labelMap,
        ports: {
          type: 'array',
          minItems: 1,
          uniqueItems: true,
          items: {
            type: 'object',
            required: ['name', 'port', 'protocol', 'targetPort'],
            additionalProperties: false,
            properties: {
              name: { type: 'string', maxLength: 15, pattern: '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$' },
              port: { type: 'integer', minimum: 1, maximum: 65535 },
              protocol: { const: 'TCP' },
              targetPort: { type: 'integer', minimum: 1, maximum: 65535 },
            },
          },
        },
      },
    },
  },
};

function virtualMachineSchema(): Node {
  const text = readFileSync(new URL('../../../../../test/fixtures/crds/virtualmachine.schema.json', import.meta.url), 'utf8');
  const schema = strict(JSON.parse(text) as Node) as { properties: Record<string, Node>; required?: string[] };
  schema.properties['metadata'] = objectMeta;
  schema.properties['apiVersion'] = { const: 'kubevirt.io/v1' };
  schema.properties['kind'] = { const: 'VirtualMachine' };
  const spec = schema.properties['spec']!['properties'] as Record<string, { properties: Node; items: { properties: Node } }>;
  spec['dataVolumeTemplates']!.items.properties['metadata'] = dataVolumeMeta;
  spec['template']!.properties['metadata'] = instanceMeta;
  return { ...schema, required: ['apiVersion', 'kind', 'metadata', 'spec'] };
}

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();
const schemas: Readonly<Record<string, () => Node>> = { VirtualMachine: virtualMachineSchema, Secret: () => secret, Service: () => service };

/** What the schema of the manifest's kind says against it; empty when it is good. */
export function schemaProblems(manifest: { kind: string }): string[] {
  let validate = validators.get(manifest.kind);
  if (validate === undefined) {
    const schema = schemas[manifest.kind];
    assert.ok(schema, `no schema of ${manifest.kind}`);
    validate = ajv.compile(schema());
    validators.set(manifest.kind, validate);
  }
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath}: ${message ?? ''} ${JSON.stringify(params)}`);
}

/** Fails unless the manifest passes the schema of its kind. */
export function assertMatchesSchema(manifest: { kind: string }): void {
  assert.deepEqual(schemaProblems(manifest), []);
}
