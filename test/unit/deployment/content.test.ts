import assert from 'node:assert/strict';
import { contentForHub } from '../../../src/deployment/content.js';
import { passwordRefsOf } from '../../../src/deployment/desired.js';
import { parseManifest, unwrapManifest } from '../../../src/deployment/unwrap.js';
import { at } from '../../../src/support/plain.js';
import { manifestWith, smallManifest } from './manifest.js';

const login = { address: 'contoso.azurecr.io', username: 'contoso', passwordSecretRef: { name: 'acr', key: 'password' } };

describe('contentForHub', () => {
  it('writes createOptions as text in parts, and keeps the rest', () => {
    const long = { Env: [`A=${'x'.repeat(600)}`] };
    const settings = at(contentForHub(manifestWith('sensor/settings/createOptions', long)), '$edgeAgent', 'properties.desired', 'modules', 'sensor', 'settings');
    assert.deepEqual(Object.keys(settings as object), ['image', 'createOptions', 'createOptions01']);
    assert.equal(`${String(at(settings, 'createOptions'))}${String(at(settings, 'createOptions01'))}`, JSON.stringify(long));
  });

  it('does the same for a module of a layer', () => {
    const layer = { $edgeAgent: { 'properties.desired.modules.extra': { settings: { image: 'x', createOptions: { Env: [] } } } } };
    assert.equal(at(contentForHub(layer), '$edgeAgent', 'properties.desired.modules.extra', 'settings', 'createOptions'), '{"Env":[]}');
  });

  it('leaves out null and what the hub writes itself', () => {
    const sensor = at(contentForHub(manifestWith('sensor/configuration', { id: 'x' })), '$edgeAgent', 'properties.desired', 'modules', 'sensor');
    assert.deepEqual(Object.keys(sensor as object), ['settings', 'type', 'status', 'restartPolicy', 'version']);
    assert.equal(at(contentForHub(manifestWith('sensor/version', null)), '$edgeAgent', 'properties.desired', 'modules', 'sensor', 'version'), undefined);
  });

  it('puts the password in the place of its reference', () => {
    const manifest = manifestWith('agent/runtime/settings/registryCredentials', { contoso: login });
    assert.deepEqual(passwordRefsOf(manifest, 'm'), [{ registry: 'contoso', field: 'm["$edgeAgent"]["properties.desired"].runtime.settings.registryCredentials.contoso.passwordSecretRef', name: 'acr', key: 'password' }]);
    const filled = at(contentForHub(manifest, new Map([['contoso', 'secret']])), '$edgeAgent', 'properties.desired', 'runtime', 'settings', 'registryCredentials', 'contoso');
    assert.deepEqual(filled, { address: 'contoso.azurecr.io', username: 'contoso', password: 'secret' });
  });
});

describe('the text of a manifest', () => {
  const inner = smallManifest();
  for (const [name, document] of [['modulesContent', { modulesContent: inner }], ['content around it', { id: 'x', content: { modulesContent: inner } }], ['nothing around it', inner]] as const) {
    it(`is read with ${name}`, () => {
      assert.deepEqual(unwrapManifest(document), inner);
      assert.deepEqual(parseManifest(JSON.stringify(document, null, 2), 'f'), { modulesContent: inner });
    });
  }

  it('must be one mapping', () => {
    for (const text of ['[]', 'a: 1\n---\nb: 2', '']) assert.match((parseManifest(text, 'f') as { problem: { message: string } }).problem.message, /one deployment manifest/);
    assert.match((parseManifest('{', 'f') as { problem: { message: string } }).problem.message, /is not valid YAML/);
  });
});
