import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentForHub } from '../../../src/deployment/content.js';
import { differences } from '../../../src/deployment/differences.js';
import { normalOf } from '../../../src/deployment/normal.js';
import type { Mapping } from '../../../src/support/plain.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { manifestWith, smallManifest } from './manifest.js';

const desiredOf = (manifest: Record<string, Mapping>): Mapping => manifest['$edgeAgent']!['properties.desired'] as Mapping;
const normal = (manifest: Record<string, Mapping>): Mapping => normalOf('$edgeAgent', desiredOf(manifest));

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
const value = fc.jsonValue({ maxDepth: 2 });
const module = fc.record({
  type: fc.constant('docker'), status: fc.constantFrom('running', 'stopped'),
  settings: fc.record({ image: word, createOptions: fc.oneof(fc.dictionary(word, value), fc.dictionary(word, value).map((options) => JSON.stringify(options))) }, { requiredKeys: ['image'] }),
  env: fc.dictionary(word, fc.record({ value: fc.string() })),
}, { requiredKeys: ['type', 'settings'] });
const manifest = fc.record({ modules: fc.dictionary(word, module), systemModules: fc.dictionary(word, module) }).map((groups) => ({ $edgeAgent: { 'properties.desired': { schemaVersion: '1.1', ...groups } } }));

describe('the normal form of a manifest', () => {
  it('is the same for what the hub gets and for what the manifest says', () => {
    fc.assert(fc.property(manifest, (one) => {
      const sent = JSON.parse(JSON.stringify(contentForHub(one))) as Record<string, Mapping>;
      const kept = { ...desiredOf(sent), $version: 4, $metadata: { $lastUpdated: 'x' } };
      assert.deepEqual(differences(normal(one), normalOf('$edgeAgent', kept)), []);
    }), { numRuns: propertyRuns(200) });
  });

  it('is its own normal form, in the same order of keys', () => {
    fc.assert(fc.property(manifest, (one) => {
      const once = normal(one);
      assert.equal(JSON.stringify(normalOf('$edgeAgent', once)), JSON.stringify(once));
    }), { numRuns: propertyRuns(200) });
  });

  for (const [name, path, left, right] of [
    ['the text and the mapping of createOptions', 'sensor/settings/createOptions', '{"HostConfig":{"Binds":["/a:/a"],"Privileged":true}}', { HostConfig: { Privileged: true, Binds: ['/a:/a'] } }],
    ['no createOptions and an empty text', 'sensor/settings/createOptions', undefined, ''],
    ['no createOptions and {}', 'sensor/settings/createOptions', undefined, '{}'],
    ['what the hub writes itself', 'sensor/configuration', undefined, { id: 'base', type: 'edge' }],
    ['an option that is null and no option', 'sensor/settings/createOptions', undefined, '{"Env":null}'],
    ['a null field and no field', 'sensor/restartPolicy', undefined, null],
  ] as const) {
    it(`sees no difference: ${name}`, () => assert.deepEqual(differences(normal(manifestWith(path, left)), normal(manifestWith(path, right))), []));
  }
});

describe('the differences of two manifests', () => {
  const against = (path: string, other: unknown): unknown => differences(normal(smallManifest()), normal(manifestWith(path, other)));

  it('name path and values', () => {
    assert.deepEqual(against('sensor/status', 'stopped'), [{ field: 'modules.sensor.status', kind: 'different', wanted: '"running"', found: '"stopped"' }]);
    assert.deepEqual(against('sensor/version', undefined), [{ field: 'modules.sensor.version', kind: 'missing', wanted: '"1.0"' }]);
    assert.deepEqual(against('agent/modules/more', { type: 'docker' }), [{ field: 'modules.more', kind: 'unexpected' }]);
  });

  it('show no value that may be a secret', () => {
    for (const [path, other] of [
      ['sensor/env', { TOKEN: { value: 'canary' } }], ['sensor/settings/createOptions', { Env: ['TOKEN=canary'] }],
      ['agent/runtime/settings/registryCredentials', { a: { address: 'canary', username: 'canary', password: 'canary' } }],
    ] as const) {
      const found = against(path, other);
      assert.equal((found as unknown[]).length, 1);
      assert.ok(!JSON.stringify(found).includes('canary'));
    }
  });
});
