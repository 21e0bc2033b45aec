import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withDefaults } from '../../../src/spec/defaults.js';
import { mergeInputs } from '../../../src/spec/plain.js';
import { deviceName } from '../../../src/spec/names.js';
import type { EdgeDeviceInput } from '../../../src/spec/types.js';
import { validateDevice } from '../../../src/spec/validate.js';
import { deviceWarnings } from '../../../src/spec/warnings.js';
import { deviceWith, smallest } from './cases.js';
import { propertyRuns } from '../../helpers/property-runs.js';

describe('withDefaults', () => {
  it('fills in what the smallest device leaves out', () => {
    assert.deepEqual(withDefaults(smallest()).spec, {
      identity: { register: {} },
      deviceId: 'gw-02',
      deletionPolicy: 'Delete',
      vm: { template: 'ubuntu-24.04', architecture: 'amd64', cpus: 2, memory: '2Gi', disk: { size: '20Gi' }, consoleLog: true, readinessProbe: 'exec' },
      guest: { engine: 'moby', user: 'edge', docker: { logMaxSize: '10m', logMaxFiles: 3 } },
      edge: {
        version: '1.6.0-1', identityServiceVersion: '1.6.0-1',
        imageGarbageCollection: { enabled: true, cleanupTimeUtc: '00:00', imageAgeCleanupThreshold: '7d', cleanupRecurrence: '1d' },
      },
    });
  });

  it('leaves the input as it is, and a second run changes nothing', () => {
    const input = Object.freeze(deviceWith('spec.gateway', Object.freeze({ ports: Object.freeze([443]) })));
    const copy = structuredClone(input);
    const once = withDefaults(input);
    assert.deepEqual(input, copy);
    assert.deepEqual(withDefaults(once), once);
    assert.deepEqual(once.spec.gateway, { type: 'ClusterIP', ports: [443] });
  });

  it('gives no cpus and memory beside an instancetype', () => {
    const { vm } = withDefaults(deviceWith('spec.vm.instancetype', { name: 'u1.medium' })).spec;
    assert.equal(vm.cpus, undefined);
    assert.equal(vm.memory, undefined);
  });

  it('counts null as absent, and register without a value as register', () => {
    const input = { metadata: { name: 'gw' }, spec: { identity: { register: null, connectionString: null }, vm: null, guest: { user: null } } } as unknown as EdgeDeviceInput;
    const device = withDefaults(input);
    assert.deepEqual(validateDevice(device), []);
    assert.deepEqual(device.spec.identity, { register: {} });
    assert.equal(device.spec.guest.user, 'edge');
  });

  it("keeps a null inside a person's own cloud-config", () => {
    assert.deepEqual(withDefaults(deviceWith('spec.guest.cloudConfig', { swap: null })).spec.guest.cloudConfig, { swap: null });
  });

  it('names the objects after the device id', () => {
    for (const id of ['gw-02', 'GW/02']) {
      const device = withDefaults({ spec: { deviceId: id, identity: { connectionString: { env: 'X' } } } });
      assert.equal(device.metadata.name, deviceName(id));
    }
    assert.equal(withDefaults({ spec: { identity: { register: { deviceId: 'Dev' } } } }).metadata.name, deviceName('Dev'));
  });

  it('asks for the identity service of a version that is not the default', () => {
    const device = withDefaults(deviceWith('spec.edge.version', '1.5.21-1'));
    assert.deepEqual(validateDevice(device).map(({ field }) => field), ['spec.edge.identityServiceVersion']);
  });

  it('takes component main for a source, and none for a flat one', () => {
    const components = (suite: string | undefined): unknown => withDefaults(deviceWith('spec.guest.apt', { edgeSource: { uri: 'https://x', trusted: true, ...(suite === undefined ? {} : { suite }) } })).spec.guest.apt?.edgeSource?.components;
    assert.deepEqual(components(undefined), ['main']);
    assert.deepEqual(components('noble'), ['main']);
    assert.equal(components('./'), undefined);
  });

  it('survives any value, and the validation after it', () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withDate: true, maxDepth: 5 }), fc.constantFrom('', 'spec', 'spec.vm', 'spec.guest', 'spec.edge', 'spec.identity', 'metadata', 'spec.gateway', 'spec.guest.apt.edgeSource'), (value, path) => {
      const input = path === '' ? (value as EdgeDeviceInput) : deviceWith(path, value);
      assert.ok(Array.isArray(validateDevice(withDefaults(input))));
    }), { numRuns: propertyRuns(1000) });
  });
});

describe('mergeInputs', () => {
  it('puts flags over a file: mappings merge, lists and single values are replaced', () => {
    const file: EdgeDeviceInput = { metadata: { name: 'a', labels: { x: '1' } }, spec: { vm: { cpus: 2, memory: '2Gi' }, guest: { sshKeys: ['k1', 'k2'] } } };
    const flags: EdgeDeviceInput = { metadata: { labels: { y: '2' } }, spec: { vm: { cpus: 4 }, guest: { sshKeys: ['k3'] } } };
    assert.deepEqual(mergeInputs(file, flags), { metadata: { name: 'a', labels: { x: '1', y: '2' } }, spec: { vm: { cpus: 4, memory: '2Gi' }, guest: { sshKeys: ['k3'] } } });
    assert.equal(file.spec?.vm?.cpus, 2);
  });

  it('replaces the way of identity as a whole', () => {
    const merged = mergeInputs<EdgeDeviceInput>({ spec: { identity: { connectionString: { env: 'A' } } } }, { spec: { identity: { register: {} } } });
    assert.deepEqual(merged.spec?.identity, { register: {} });
  });
});

describe('deviceWarnings', () => {
  const warned: [string, unknown, RegExp][] = [
    ['spec.vm', { architecture: 'arm64' }, /^spec\.guest\.engine: .*arm64/],
    ['spec.vm', { architecture: 'arm64', template: 'debian-12' }, /^spec\.guest\.engine: .*debian-12/],
    ['spec.vm.disk', { size: '5Gi' }, /^spec\.vm\.disk\.size/],
    ['spec.vm.consoleLog', false, /^spec\.vm\.consoleLog/],
    ['spec.vm.readinessProbe', 'none', /^spec\.vm\.readinessProbe/],
    ['spec.guest.apt.edgeSource', { uri: 'https://x', trusted: true }, /^spec\.guest\.apt\.edgeSource\.trusted/],
    ['spec.guest.proxy', { https: 'http://u:p@h:1' }, /^spec\.guest\.proxy/],
    ['spec.edge', { version: '1.5.21-1', identityServiceVersion: '1.5.6-1' }, /^spec\.edge\.version/],
  ];
  for (const [path, value, message] of warned) {
    it(`warns of ${path} ${JSON.stringify(value)}`, () => {
      const device = withDefaults(deviceWith(path, value));
      assert.deepEqual(validateDevice(device), []);
      const warnings = deviceWarnings(device);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, message);
    });
  }

  for (const [path, value] of [['metadata.name', 'gw'], ['spec.vm', { architecture: 'arm64', template: 'ubuntu-22.04' }], ['spec.vm', { disk: { size: '5Gi' }, dataDisk: { size: '20Gi' } }]] as const) {
    it(`has nothing to say about ${path} ${JSON.stringify(value)}`, () => assert.deepEqual(deviceWarnings(withDefaults(deviceWith(path, value))), []));
  }
});
