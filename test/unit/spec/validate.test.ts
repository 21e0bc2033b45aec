import assert from 'node:assert/strict';
import { withDefaults } from '../../../src/spec/defaults.js';
import { InvalidInputError } from '../../../src/support/errors.js';
import { assertValid, validateDevice } from '../../../src/spec/validate.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { cases, deviceWith, smallest } from './cases.js';

const label = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 70);

describe('validateDevice', () => {
  it('takes the smallest device', () => {
    assert.deepEqual(validateDevice(withDefaults(smallest())), []);
  });

  for (const { path, value, problem } of cases) {
    it(`${problem === undefined ? 'takes' : 'refuses'} ${path} ${label(value)}`, () => {
      const problems = validateDevice(withDefaults(deviceWith(path, value)));
      if (problem === undefined) assert.deepEqual(problems, []);
      else assert.ok(problems.some(({ field }) => field === problem), `problems name ${problems.map(({ field }) => field).join(', ') || 'nothing'}`);
      assert.ok(!JSON.stringify(problems).includes('canary'), 'a secret stands in a problem');
      assert.ok(!JSON.stringify(problems).includes('PRIVATE KEY-----\\n'), 'a private key stands in a problem');
    });
  }

  it('reports every problem at once, each with its field', () => {
    const device = deviceWith('spec.vm', { cpus: 0, memory: 'x', disk: { size: 'y' } });
    device.metadata = { name: 'A' };
    try {
      assertValid(withDefaults(device));
      assert.fail('it was taken');
    } catch (error) {
      assert.ok(error instanceof InvalidInputError);
      assert.deepEqual(error.problems.map(({ field }) => field).sort(), ['metadata.name', 'spec.vm.cpus', 'spec.vm.disk.size', 'spec.vm.memory']);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /spec\.vm\.cpus: must be a whole number from 1 to 256 \(got 0\)/);
    }
  });

  it('suggests the field that was meant and shows no value of an unknown one', () => {
    const [problem] = validateDevice(withDefaults(deviceWith('spec.guest.sshkey', 'canary')));
    assert.deepEqual(problem, { kind: 'unknown-field', field: 'spec.guest.sshkey', message: 'is not a known field; did you mean sshKeys?' });
  });

  it('suggests the word that was meant', () => {
    const [problem] = validateDevice(withDefaults(deviceWith('spec.vm.template', 'ubuntu-2404')));
    assert.match(problem!.message, /did you mean ubuntu-24\.04\?/);
    assert.equal(problem!.got, '"ubuntu-2404"');
  });

  it('shows a value on one line, shortened, without control or bidi codes', () => {
    const [problem] = validateDevice(withDefaults(deviceWith('spec.vm.architecture', `arm\u001b[31m\u202e\u009b${'x'.repeat(500)}`)));
    assert.ok(problem!.got!.length <= 60);
    assert.doesNotMatch(problem!.got!, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  it('asks for quotes where YAML read a number', () => {
    const [problem] = validateDevice(withDefaults(deviceWith('spec.deviceId', 12)));
    assert.match(problem!.message, /put it in quotes, it was read as a number/);
  });

  it('refuses a register.deviceId that is not spec.deviceId', () => {
    const device = deviceWith('spec.deviceId', 'a');
    device.spec!.identity = { register: { deviceId: 'b' } };
    assert.deepEqual(validateDevice(withDefaults(device)).map(({ field }) => field), ['spec.identity.register.deviceId']);
  });

  for (const value of [undefined, null, 7, 'x', [], new Date(), { spec: null }, { spec: { vm: 3, guest: [], edge: 'x', identity: 1, gateway: true } }]) {
    it(`survives ${label(value)} in place of a device`, () => {
      assert.ok(validateDevice(value).length > 0);
      assert.ok(validateDevice(withDefaults(value as EdgeDeviceInput)).length > 0);
    });
  }

  it('refuses cloud-config that holds itself, dates and what is too deep', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = [loop];
    let deep: unknown = 'x';
    for (let depth = 0; depth < 200; depth += 1) deep = [deep];
    for (const value of [loop, { date: new Date() }, { deep }, { bytes: new Uint8Array(2) }, { n: Number.POSITIVE_INFINITY }]) {
      const problems = validateDevice(withDefaults(deviceWith('spec.guest.cloudConfig', value)));
      assert.equal(problems.length, 1);
      assert.match(problems[0]!.field, /^spec\.guest\.cloudConfig/);
    }
  });

  it('is not fooled by keys of Object.prototype', () => {
    const device = JSON.parse('{"apiVersion":"edge-vm.io/v1alpha1","kind":"EdgeDevice","metadata":{"name":"a"},"spec":{"identity":{"register":{}},"vm":{"__proto__":{"cpus":3},"constructor":1}}}') as EdgeDeviceInput;
    assert.deepEqual(validateDevice(withDefaults(device)).map(({ field }) => field).sort(), ['spec.vm.__proto__', 'spec.vm.constructor']);
  });

  it('takes a manifest of one VirtualMachine and nothing else', () => {
    const manifest = 'apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nspec: {}\n';
    const problems = (text: string): string[] => validateDevice(withDefaults(deviceWith('spec.vm.templateFile', text))).map(({ message }) => message);
    assert.deepEqual(problems(manifest), []);
    for (const text of ['kind: Pod\n', `${manifest}---\n${manifest}`, 'a: [\n', '']) assert.equal(problems(text).length, 1, text);
    assert.match(problems('a: b\nc: }\nd: 1\n')[0]!, /not valid YAML: .* at line 2, column 4/);
  });
});
