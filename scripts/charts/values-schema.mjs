import { load } from 'js-yaml';

const name = { type: 'string', maxLength: 52, pattern: '^([a-z]([-a-z0-9]*[a-z0-9])?)?$' };
const texts = { type: 'object', additionalProperties: { type: 'string' } };

/** The JSON schema of the chart edge-device: the spec of the CRD, and the values of the chart itself. */
export function valuesSchema(crd) {
  const [version] = load(crd).spec.versions;
  const spec = ofStructural(version.schema.openAPIV3Schema.properties.spec);
  // The chart fills it in.
  const required = (spec.required ?? []).filter((field) => field !== 'identity');
  delete spec.required;
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart edge-device',
    ...spec,
    description: 'The fields of an EdgeDevice\'s spec, and name, labels and annotations of the EdgeDevice. The API server checks more.',
    ...(required.length === 0 ? {} : { required }),
    properties: {
      name: { description: 'Name of the EdgeDevice. Default: the name of the release. An upgrade cannot change it.', ...name },
      labels: { description: 'Labels of the EdgeDevice.', ...texts },
      annotations: { description: 'Annotations of the EdgeDevice.', ...texts },
      global: { description: 'Helm gives every subchart these values; edge-device uses none of them.', type: 'object' },
      ...spec.properties,
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** A structural schema as a plain JSON schema; what only an API server can check is left out. */
function ofStructural(schema) {
  const { properties, items, additionalProperties, nullable, type, default: _default, ...rest } = schema;
  const plain = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-kubernetes-') && key !== 'format'));
  const types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : type === undefined ? [] : [type];
  if (nullable) types.push('null');
  if (types.length > 0) plain.type = types.length === 1 ? types[0] : types;
  if (items !== undefined) plain.items = ofStructural(items);
  if (typeof additionalProperties === 'object') plain.additionalProperties = ofStructural(additionalProperties);
  if (properties !== undefined) {
    plain.properties = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, ofStructural(one)]));
    // The API server would drop a field that it does not know. Here a slip of the pen is an error.
    if (!schema['x-kubernetes-preserve-unknown-fields']) plain.additionalProperties = false;
  }
  return plain;
}
