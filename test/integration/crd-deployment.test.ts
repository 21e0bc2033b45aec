import assert from 'node:assert/strict';
import { installDefinitions, openResources, type Answer, type Resources } from './harness/custom-resources.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const modulesContent = { $edgeAgent: { 'properties.desired': { schemaVersion: '1.1', runtime: { type: 'docker' }, modules: { m: { settings: { createOptions: { Env: [null, 1.5] } } } } } } };
const automatic = { modulesContent, apply: 'Automatic', targetCondition: "tags.site='north'" };

describe('the definition of EdgeDeployments', () => {
  let scene: Scene;
  let deployments: Resources;
  before(async () => {
    await installDefinitions();
    scene = await openScene('crd-deploy');
    deployments = await openResources(scene, 'edgedeployments');
  });
  after(async () => {
    await deployments.close();
    await scene.close();
  });

  const of = (spec: unknown, name = 'base'): object => ({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDeployment', metadata: { name }, spec });
  const told = ({ code, body }: Answer): string => `${code}: ${body.message ?? ''}`;

  const good: Readonly<Record<string, object>> = {
    'a manifest for devices by name': { modulesContent, devices: ['gw-01', 'gw-02'] },
    'a manifest for all devices': { modulesContent, apply: 'PerDevice', selector: {} },
    'a manifest for devices by label': { modulesContent, selector: { matchLabels: { site: 'north' }, matchExpressions: [{ key: 'line', operator: 'NotIn', values: ['1', '2'] }, { key: 'spare', operator: 'DoesNotExist' }] } },
    'an automatic deployment': { ...automatic, priority: 10 },
    'what the hub decides': { source: 'Hub', selector: { matchLabels: { site: 'north' } } },
  };
  for (const [what, spec] of Object.entries(good)) {
    it(`takes ${what}, and keeps it as it is`, async () => {
      const answer = await deployments.tryOut(of(spec));
      assert.equal(answer.code, 201, told(answer));
      assert.deepEqual(answer.body.spec, spec);
    });
  }

  const bad: readonly [what: string, spec: object, says: RegExp][] = [
    ['nothing to run', { devices: ['a'] }, /spec: .*must have exactly one of modulesContent, source/],
    ['two deciders', { modulesContent, source: 'Hub', devices: ['a'] }, /spec: .*must have exactly one of modulesContent, source/],
    ['another source', { source: 'Git', devices: ['a'] }, /spec\.source: Unsupported value/],
    ['a manifest as text', { modulesContent: '{}', devices: ['a'] }, /spec\.modulesContent: .*must be of type object/],
    ['a way to apply what the hub decides', { source: 'Hub', apply: 'PerDevice', devices: ['a'] }, /spec\.apply: .*must be absent with source/],
    ['an automatic deployment for all', { modulesContent, apply: 'Automatic' }, /spec\.targetCondition: .*is missing/],
    ['an automatic deployment with an empty condition', { ...automatic, targetCondition: '' }, /spec\.targetCondition: .*should be at least 1 char/],
    ['an automatic deployment with names', { ...automatic, devices: ['a'] }, /spec\.devices: .*must be absent with apply: Automatic/],
    ['an automatic deployment with labels', { ...automatic, selector: {} }, /spec\.selector: .*must be absent with apply: Automatic/],
    ['a condition without Automatic', { modulesContent, devices: ['a'], targetCondition: "tags.x='1'" }, /spec\.targetCondition: .*must be absent unless apply is Automatic/],
    ['a priority without Automatic', { source: 'Hub', devices: ['a'], priority: 1 }, /spec\.priority: .*must be absent unless apply is Automatic/],
    ['a negative priority', { ...automatic, priority: -1 }, /spec\.priority: /],
    ['no devices', { modulesContent }, /spec: .*must have exactly one of selector, devices/],
    ['devices in two ways', { modulesContent, selector: {}, devices: ['a'] }, /spec: .*must have exactly one of selector, devices/],
    ['an empty list of names', { modulesContent, devices: [] }, /spec\.devices: .*at least 1 item/],
    ['a name twice', { modulesContent, devices: ['a', 'a'] }, /spec\.devices\[1\]: Duplicate value/],
    ['a name that is none', { modulesContent, devices: ['GW'] }, /spec\.devices\[0\]: .*must be a Kubernetes name/],
    ['a label that is none', { modulesContent, selector: { matchLabels: { 'a b': 'x' } } }, /spec\.selector\.matchLabels: .*the key must be a label key/],
    ['In without values', { modulesContent, selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, /matchExpressions\[0\]\.values: .*at least one entry/],
    ['Exists with values', { modulesContent, selector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] } }, /matchExpressions\[0\]\.values: .*none with Exists/],
    ['an unknown field', { modulesContent, devices: ['a'], module: {} }, /unknown field "spec\.module"/],
  ];
  for (const [what, spec, says] of bad) {
    it(`refuses ${what}`, async () => {
      const answer = await deployments.tryOut(of(spec));
      assert.ok(answer.code === 400 || answer.code === 422, told(answer));
      assert.match(answer.body.message ?? '', says);
    });
  }

  it('lets all change but to and from Automatic, which would leave the configuration in the hub', async () => {
    assert.equal((await deployments.create(of(good['a manifest for devices by name'], 'mine'))).code, 201);
    assert.equal((await deployments.create(of(automatic, 'auto'))).code, 201);
    const byHub = await deployments.patch('mine', { spec: { modulesContent: null, source: 'Hub' } });
    assert.equal(byHub.code, 200, told(byHub));
    const priority = await deployments.patch('auto', { spec: { priority: 5, targetCondition: "tags.site='south'" } });
    assert.equal(priority.code, 200, told(priority));
    const refused = [
      await deployments.patch('mine', { spec: { ...automatic, source: null, devices: null } }),
      await deployments.patch('auto', { spec: { apply: null, targetCondition: null, priority: null, selector: {} } }),
    ];
    for (const answer of refused) assert.match(told(answer), /^422: .*spec\.apply: .*cannot change: delete the EdgeDeployment and create it again/);
  });

  it('keeps a whole status, and shows it in the table', async () => {
    const at = '2026-01-01T00:00:00Z';
    const status = {
      observedGeneration: 1, summary: '1 of 2 devices', configuration: { id: 'edge-base', etag: 'x' }, counts: { selected: 2, applied: 2, reported: 1, failing: 1 },
      devices: [{ name: 'gw-01', deviceId: 'GW#01', desiredVersion: 3, reportedVersion: 2, code: 400, description: 'bad', applied: true, modules: [{ name: 'm', status: 'backoff', restarts: 2, exitCode: 139, image: 'r/m:1' }] }],
      conditions: ['Ready', 'ManifestValid', 'Applied'].map((type) => ({ type, status: 'False', reason: 'DevicesFailing', message: '1 device fails', lastTransitionTime: at, observedGeneration: 1 })),
    };
    assert.equal((await deployments.create(of(good['what the hub decides'], 'shown'))).code, 201);
    const answer = await deployments.patch('shown', { status }, 'status');
    assert.equal(answer.code, 200, told(answer));
    assert.deepEqual(answer.body.status, status);
    const [head, row] = (await kubectl(['get', 'edep', 'shown', '-n', scene.namespace, '-o', 'wide'])).trim().split('\n').map((line) => line.split(/\s{2,}/));
    assert.deepEqual(head, ['NAME', 'READY', 'DEVICES', 'FAILING', 'AGE', 'APPLY', 'SOURCE', 'TARGET', 'MESSAGE']);
    assert.deepEqual(row?.slice(0, 4), ['shown', 'False', '1 of 2 devices', '1']);
  });
});
