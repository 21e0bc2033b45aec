import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { withDefaults } from '../../../src/spec/defaults.js';
import { jsonSchema } from '../../../src/spec/schema/json-schema.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { anyField, deviceOf } from './devices.js';

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv, ['ipv4', 'ipv6']);
const accepts = ajv.compile(jsonSchema());

describe('the checks and the JSON Schema, as a property', () => {
  it('agree: what the checks accept, the schema accepts', () => {
    let accepted = 0;
    fc.assert(fc.property(fc.array(anyField, { minLength: 1, maxLength: 4 }), (values) => {
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
