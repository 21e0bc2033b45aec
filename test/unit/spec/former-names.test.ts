import assert from 'node:assert/strict';
import { withDefaults } from '../../../src/spec/defaults.js';
import { FORMER_NAMES, withPresentNames } from '../../../src/spec/former-names.js';
import { parseDevices } from '../../../src/spec/load.js';
import { declaredFields } from '../../../src/spec/schema/walk.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { InvalidInputError } from '../../../src/support/errors.js';

const head = 'apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: gw-02}\n';
const documents = (...specs: string[]): string => specs.map((spec) => `---\n${head}spec: {identity: {register: {}}, ${spec}}\n`).join('');

function read(text: string): { devices: EdgeDeviceInput[]; warnings: string[] } {
  const warnings: string[] = [];
  return { devices: parseDevices(text, 'gw.yaml', (line) => warnings.push(line)), warnings };
}

describe('a field that had another name', () => {
  it('is read from a file, with one warning for all its documents', () => {
    const { devices, warnings } = read(documents('generation: 3', 'generation: 4'));
    assert.deepEqual(devices.map(({ spec }) => spec?.firstBootGeneration), [3, 4]);
    for (const device of devices) assert.deepEqual(validateDevice(withDefaults(device)), []);
    assert.deepEqual(warnings, ['gw.yaml: spec.generation: the name of this field is now spec.firstBootGeneration; edge-vm still reads the former name']);
  });

  it('is checked under its present name', () => {
    const [device] = read(documents('generation: 0')).devices;
    assert.deepEqual(validateDevice(withDefaults(device!)).map(({ field }) => field), ['spec.firstBootGeneration']);
  });

  it('is refused with both names and different values', () => {
    assert.throws(() => read(documents('generation: 3, firstBootGeneration: 4')), (error: unknown) => {
      assert.ok(error instanceof InvalidInputError);
      assert.match(error.message, /spec\.generation, spec\.firstBootGeneration: are the former and the present name of one field, and have different values.*got 3 and 4/);
      return true;
    });
    assert.throws(() => read(documents('generation: 1', 'generation: 3, firstBootGeneration: 4')), /document 2: spec\.generation/);
  });

  it('may have both names with one value, and an empty one is absent', () => {
    for (const [spec, value] of [['generation: 3, firstBootGeneration: 3', 3], ['generation: null, firstBootGeneration: 4', 4], ['generation: 5, firstBootGeneration: null', 5], ['generation: null', undefined]] as const) {
      const { devices: [device], warnings } = read(documents(spec));
      assert.deepEqual([device?.spec?.firstBootGeneration, Object.hasOwn(device!.spec!, 'generation'), warnings.length], [value, false, 1], spec);
    }
  });

  it('costs nothing with its present name, and leaves the input as it is', () => {
    const { devices, warnings } = read(documents('firstBootGeneration: 4'));
    assert.deepEqual([devices[0]?.spec?.firstBootGeneration, warnings], [4, []]);
    const input = Object.freeze({ spec: Object.freeze({ generation: 2 }) }) as EdgeDeviceInput;
    assert.deepEqual(withPresentNames(input).input.spec, { firstBootGeneration: 2 });
    for (const odd of [{}, { spec: null }, { spec: 'x' }, { spec: [] }]) assert.equal(withPresentNames(odd as never).input, odd);
  });

  it('is a field now, and its former name is none', () => {
    for (const [former, present] of Object.entries(FORMER_NAMES)) assert.deepEqual([former, present].map((name) => declaredFields().has(`spec.${name}`)), [false, true]);
  });
});
