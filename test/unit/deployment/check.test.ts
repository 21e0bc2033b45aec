import assert from 'node:assert/strict';
import { checkManifest } from '../../../src/deployment/check.js';
import { manifestWith, smallManifest } from './manifest.js';

const agent = 'modulesContent["$edgeAgent"]["properties.desired"]';
const hub = 'modulesContent["$edgeHub"]["properties.desired"]';
const credential = { address: 'contoso.azurecr.io', username: 'contoso' };
const deep = JSON.parse(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`) as unknown;

/** What one change of a good manifest gives: nothing, or a problem or a warning of that field with that text. */
const cases: readonly { path: string; value: unknown; problem?: [string, RegExp]; warning?: [string, RegExp] }[] = [
  { path: 'agent/schemaVersion', value: '1.0' },
  { path: 'agent/schemaVersion', value: '1.1.0' },
  { path: 'agent/schemaVersion', value: '1.2', problem: [`${agent}.schemaVersion`, /"1\.0" or "1\.1"/] },
  { path: 'agent/schemaVersion', value: 1.1, problem: [`${agent}.schemaVersion`, /put it in quotes/] },
  { path: 'agent/schemaVersion', value: undefined, problem: [`${agent}.schemaVersion`, /is missing/] },
  { path: 'agent/runtime/type', value: 'podman', problem: [`${agent}.runtime.type`, /must be docker/] },
  { path: 'agent/runtime/settings', value: undefined },
  { path: 'agent/runtime/settings/loggingOptions', value: '{"type":"json-file"}' },
  { path: 'agent/runtime/settings/loggingOptions', value: 'json-file', problem: [`${agent}.runtime.settings.loggingOptions`, /JSON text of a mapping/] },
  { path: 'agent/systemModules/edgeHub', value: undefined, problem: [`${agent}.systemModules.edgeHub`, /is missing/] },
  { path: 'agent/systemModules/edgeHub/status', value: 'stopped', warning: [`${agent}.systemModules.edgeHub.status`, /no module reaches the hub/] },
  { path: 'agent/modules', value: undefined },
  { path: 'agent/modules/bad name', value: smallManifest()['$edgeAgent'], problem: [`${agent}.modules["bad name"]`, /name of a module/] },
  { path: 'agent/modules/edgeHub', value: {}, problem: [`${agent}.modules.edgeHub`, /its place is systemModules/] },
  { path: `agent/modules/${'x'.repeat(129)}`, value: {}, problem: [`${agent}.modules.${'x'.repeat(129)}`, /1 to 128/] },
  { path: 'sensor/status', value: 'runing', problem: [`${agent}.modules.sensor.status`, /did you mean running\?/] },
  { path: 'sensor/status', value: undefined, problem: [`${agent}.modules.sensor.status`, /is missing/] },
  { path: 'sensor/restartPolicy', value: 'on-error', problem: [`${agent}.modules.sensor.restartPolicy`, /must be one of always/] },
  { path: 'sensor/imagePullPolicy', value: 'always', problem: [`${agent}.modules.sensor.imagePullPolicy`, /on-create, never/] },
  { path: 'sensor/startupOrder', value: 4_294_967_295 },
  { path: 'sensor/startupOrder', value: -1, problem: [`${agent}.modules.sensor.startupOrder`, /whole number from 0/] },
  { path: 'sensor/type', value: 'process', problem: [`${agent}.modules.sensor.type`, /docker/] },
  { path: 'sensor/version', value: undefined },
  { path: 'sensor/restartpolcy', value: 'always', warning: [`${agent}.modules.sensor.restartpolcy`, /did you mean restartPolicy\?/] },
  { path: 'sensor/configuration', value: { id: 'x' }, warning: [`${agent}.modules.sensor.configuration`, /written by the hub/] },
  { path: 'sensor/settings/image', value: undefined, problem: [`${agent}.modules.sensor.settings.image`, /is missing/] },
  { path: 'sensor/settings/image', value: 'Contoso/Sensor:1', problem: [`${agent}.modules.sensor.settings.image`, /must be an image/] },
  { path: 'sensor/settings/image', value: '${MODULES.sensor}', problem: [`${agent}.modules.sensor.settings.image`, /placeholder/] },
  { path: 'sensor/settings/image', value: '$upstream:443/sensor:1.5' },
  { path: 'sensor/settings/image', value: '$upstream/sensor:1.5', problem: [`${agent}.modules.sensor.settings.image`, /\$upstream:PORT/] },
  { path: 'sensor/settings/image', value: 'contoso.azurecr.io/sensor', warning: [`${agent}.modules.sensor.settings.image`, /takes latest/] },
  { path: 'sensor/settings/image', value: 'localhost:5000/sensor', warning: [`${agent}.modules.sensor.settings.image`, /takes latest/] },
  { path: 'sensor/settings/image', value: `contoso.azurecr.io/sensor@sha256:${'a'.repeat(64)}` },
  { path: 'sensor/settings/imagee', value: 'x', warning: [`${agent}.modules.sensor.settings.imagee`, /known are image, createOptions/] },
  { path: 'sensor/settings/createOptions', value: '' },
  { path: 'sensor/settings/createOptions', value: '{"HostConfig":{"Privileged":true}}' },
  { path: 'sensor/settings/createOptions', value: { hostConfig: { privileged: true } } },
  { path: 'sensor/settings/createOptions', value: "{'HostConfig': {}}", warning: [`${agent}.modules.sensor.settings.createOptions`, /no strict JSON/] },
  { path: 'sensor/settings/createOptions', value: '{"HostConfig":', problem: [`${agent}.modules.sensor.settings.createOptions`, /not valid JSON/] },
  { path: 'sensor/settings/createOptions', value: '[]', problem: [`${agent}.modules.sensor.settings.createOptions`, /of a mapping/] },
  { path: 'sensor/settings/createOptions', value: 5, problem: [`${agent}.modules.sensor.settings.createOptions`, /JSON text or a mapping/] },
  { path: 'sensor/settings/createOptions', value: { HostConfig: { PortBinding: {} } }, warning: [`${agent}.modules.sensor.settings.createOptions.HostConfig.PortBinding`, /did you mean PortBindings\?/] },
  { path: 'sensor/settings/createOptions', value: { Binds: [] }, warning: [`${agent}.modules.sensor.settings.createOptions.Binds`, /belongs into HostConfig/] },
  { path: 'sensor/settings/createOptions01', value: '{}', problem: [`${agent}.modules.sensor.settings.createOptions`, /out of order/] },
  { path: 'sensor/env', value: { LEVEL: { value: 'debug' }, COUNT: { value: 5 } } },
  { path: 'sensor/env', value: { LEVEL: 'canary' }, problem: [`${agent}.modules.sensor.env.LEVEL`, /\{value: text\}/] },
  { path: 'sensor/env', value: { LEVEL: {} }, warning: [`${agent}.modules.sensor.env.LEVEL.value`, /empty/] },
  { path: 'agent/runtime/settings/registryCredentials', value: { contoso: { ...credential, passwordSecretRef: { name: 'acr' } } } },
  { path: 'agent/runtime/settings/registryCredentials', value: { contoso: { ...credential, password: 'canary' } }, warning: [`${agent}.runtime.settings.registryCredentials.contoso.password`, /clear text.*passwordSecretRef/] },
  { path: 'agent/runtime/settings/registryCredentials', value: { contoso: credential }, problem: [`${agent}.runtime.settings.registryCredentials.contoso`, /password, passwordSecretRef/] },
  { path: 'agent/runtime/settings/registryCredentials', value: { contoso: { ...credential, password: ['canary'] } }, problem: [`${agent}.runtime.settings.registryCredentials.contoso.password`, /must be text/] },
  { path: 'agent/runtime/settings/registryCredentials', value: { contoso: { ...credential, address: 'canary canary', password: 'canary' } }, problem: [`${agent}.runtime.settings.registryCredentials.contoso.address`, /host of the registry/] },
  { path: 'agent/runtime/settings/registryCredentials', value: { contoso: { ...credential, passwordSecretRef: { name: 'A b' } } }, problem: [`${agent}.runtime.settings.registryCredentials.contoso.passwordSecretRef.name`, /Kubernetes name/] },
  { path: 'hub/schemaVersion', value: '1.4', problem: [`${hub}.schemaVersion`, /"1\.3"/] },
  { path: 'hub/storeAndForwardConfiguration', value: undefined, problem: [`${hub}.storeAndForwardConfiguration`, /is missing/] },
  { path: 'hub/storeAndForwardConfiguration', value: { timeToLiveSecs: -1, storeLimits: { maxSizeBytes: 1000 } } },
  { path: 'hub/routes', value: undefined, problem: [`${hub}.routes`, /is missing/] },
  { path: 'hub/routes', value: {} },
  { path: 'hub/routes/up', value: { route: 'FROM /* INTO $upstream', priority: 9, timeToLiveSecs: 60 } },
  { path: 'hub/routes/up', value: { route: 'FROM /* INTO $upstream', priority: 10 }, problem: [`${hub}.routes.up.priority`, /from 0 to 9/] },
  { path: 'hub/routes/up', value: { priority: 1 }, problem: [`${hub}.routes.up.route`, /is missing/] },
  { path: 'hub/routes/up', value: 5, problem: [`${hub}.routes.up`, /must be a route/] },
  { path: 'hub/routes/up.down', value: 'FROM /* INTO $upstream', problem: [`${hub}.routes["up.down"]`, /the key must have/] },
  { path: 'hub/mqttBroker', value: {}, warning: [`${hub}.mqttBroker`, /schemaVersion "1\.2"/] },
  { path: 'sensor', value: null, warning: [`${hub}.routes.up`, /module sensor, which the manifest does not have/] },
  { path: 'other/properties.desired', value: { interval: 5 }, warning: ['modulesContent.other', /does not run/] },
  { path: 'sensor_twin', value: 'x', problem: ['modulesContent.sensor_twin', /properties\.desired/] },
  { path: 'sensor_twin/properties.reported', value: {}, problem: ['modulesContent.sensor_twin["properties.reported"]', /must be properties\.desired/] },
  { path: '$edgeHub', value: undefined, problem: ['modulesContent["$edgeHub"]', /is missing/] },
  { path: '$edgeAgent', value: {}, problem: [agent, /is missing/] },
  { path: 'other/properties.desired', value: { deep }, problem: [`modulesContent.other["properties.desired"].deep${'.a'.repeat(9)}`, /deeper than 10 levels/] },
  { path: 'other/properties.desired', value: { list: [1, null] }, problem: ['modulesContent.other["properties.desired"].list[1]', /is null/] },
  { path: 'other/properties.desired', value: { text: 'x'.repeat(4097) }, problem: ['modulesContent.other["properties.desired"].text', /4096 bytes/] },
  { path: 'other/properties.desired', value: { number: 2 ** 53 }, problem: ['modulesContent.other["properties.desired"].number', /whole number in a twin/] },
  { path: 'other/properties.desired', value: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'x'.repeat(4000)])), problem: ['modulesContent.other["properties.desired"]', /32768 bytes/] },
  { path: 'sensor/settings/createOptions', value: { Labels: { text: 'x'.repeat(33_000) } }, problem: [agent, /32768 bytes/] },
];

describe('checkManifest', () => {
  it('takes the small manifest without a word', () => {
    assert.deepEqual(checkManifest(smallManifest()), { problems: [], warnings: [] });
  });

  for (const { path, value, problem, warning } of cases) {
    it(`${problem === undefined ? (warning === undefined ? 'takes' : 'warns of') : 'refuses'} ${path.slice(0, 60)} ${(JSON.stringify(value) ?? 'absent').slice(0, 60)}`, () => {
      const findings = checkManifest(manifestWith(path, value));
      for (const [kind, expected] of [['problems', problem], ['warnings', warning]] as const) {
        const found = findings[kind];
        if (expected === undefined) {
          if (kind === 'problems') assert.deepEqual(found, []);
          continue;
        }
        const [field, message] = expected;
        const one = found.find((entry) => entry.field === field && message.test(entry.message));
        assert.ok(one !== undefined, `${kind}: ${JSON.stringify(found)}`);
      }
      if (problem === undefined && warning === undefined && path !== 'agent/modules') assert.deepEqual(findings.warnings, []);
      assert.ok(!JSON.stringify(findings).includes('canary'), 'a value that may be a secret is shown');
    });
  }

  it('reports every problem at once', () => {
    const manifest = manifestWith('sensor/status', 'x');
    manifest['$edgeHub'] = { 'properties.desired': { schemaVersion: '9', routes: { a: 'FROM', b: 5 } } };
    const fields = checkManifest(manifest, { field: 'spec.modulesContent' }).problems.map(({ field }) => field.replace(/^.*\["properties\.desired"\]/, ''));
    assert.deepEqual(fields.sort(), ['.modules.sensor.status', '.routes.a', '.routes.b', '.schemaVersion', '.storeAndForwardConfiguration']);
  });

  it('refuses a name with $ that is none of the system modules', () => {
    for (const automatic of [false, true]) {
      const { $edgeHub: hub, ...rest } = manifestWith('sensor/version', '1.0');
      const { problems } = checkManifest({ ...rest, $edgehub: hub }, { automatic });
      assert.deepEqual(problems.find(({ field }) => field.includes('$edgehub'))?.message, 'is no module: only $edgeAgent and $edgeHub begin with $');
    }
  });

  for (const value of [undefined, null, 5, 'x', [], new Date()]) {
    it(`refuses ${String(value)}`, () => assert.equal(checkManifest(value).problems[0]?.field, 'modulesContent'));
  }

  it('refuses a mapping that is in itself', () => {
    const loop: Record<string, unknown> = {};
    loop['$edgeAgent'] = loop;
    assert.match(checkManifest(loop).problems[0]!.message, /nested deeper/);
  });

  describe('of an automatic deployment', () => {
    const layer = { $edgeAgent: { 'properties.desired.modules.extra': { type: 'docker', status: 'running', settings: { image: 'contoso.azurecr.io/extra:1' } } }, $edgeHub: { 'properties.desired.routes.extra': 'FROM /messages/modules/base/* INTO BrokeredEndpoint("/modules/base/inputs/in")' } };

    it('takes a layer, which may name modules of other layers', () => assert.deepEqual(checkManifest(layer, { automatic: true }), { problems: [], warnings: [] }));

    it('checks the modules and routes of a layer', () => {
      const bad = { $edgeAgent: { 'properties.desired.modules.extra': { type: 'docker', status: 'running', settings: {} } }, $edgeHub: { 'properties.desired.routes.extra': 'FROM x' } };
      assert.deepEqual(checkManifest(bad, { automatic: true }).problems.map(({ field }) => field), [
        'modulesContent["$edgeAgent"]["properties.desired.modules.extra"].settings.image', 'modulesContent["$edgeHub"]["properties.desired.routes.extra"]',
      ]);
    });

    it('refuses a layer for single devices', () => assert.match(checkManifest(layer).problems[0]!.message, /layered deployment/));
  });
});
