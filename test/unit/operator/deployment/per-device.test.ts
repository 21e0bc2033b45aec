import assert from 'node:assert/strict';
import { createThrottle } from '../../../../src/hub/throttle.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import { at } from '../../../../src/support/plain.js';
import { manifestWith, smallManifest } from '../../deployment/manifest.js';
import { deploymentScene, gitSpec, type DeploymentScene } from './scene.js';

const north = { site: 'north' };
const agentOf = (scene: DeploymentScene, id: string): unknown => scene.hub.twins.get(id)?.desired;

/** Two devices of the north run the manifest. */
async function running(): Promise<DeploymentScene> {
  const scene = deploymentScene();
  scene.addDevice('gw-01', north);
  scene.addDevice('gw-02', north);
  scene.put(gitSpec());
  scene.poll();
  await scene.reconcile();
  await scene.clock.advance(1000);
  for (const id of ['GW-01', 'GW-02']) scene.takeUp(id);
  scene.poll();
  await scene.reconcile();
  scene.hub.calls.length = 0;
  scene.events.length = 0;
  await scene.clock.advance(1000);
  return scene;
}

describe('an EdgeDeployment for devices', () => {
  it('is applied to the selected devices, and says how far each is', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', north);
    scene.addDevice('gw-02', north);
    scene.addDevice('gw-03', { site: 'south' });
    scene.put(gitSpec());
    scene.poll();
    await scene.reconcile();
    assert.equal(at(agentOf(scene, 'GW-01'), 'modules', 'sensor', 'status'), 'running');
    assert.equal(at(agentOf(scene, 'GW-03'), 'modules'), undefined);
    assert.deepEqual(scene.status().counts, { selected: 2, applied: 2, reported: 0, failing: 0 });
    assert.equal(scene.condition('Applied')?.status, 'True');
    assert.equal(scene.condition('ManifestValid')?.status, 'True');
    assert.equal(scene.condition('Ready')?.reason, 'Progressing');
    assert.deepEqual(scene.events, ['app Normal Applied: applied to gw-01, gw-02']);

    await scene.clock.advance(1000);
    scene.takeUp('GW-01');
    scene.poll();
    await scene.reconcile();
    assert.equal(scene.status().summary, '1 of 2 devices');
    assert.match(scene.condition('Ready')!.message, /1 of 2 devices run it; gw-02: the edge agent has never reported/);

    scene.takeUp('GW-02');
    scene.poll();
    await scene.reconcile();
    assert.equal(scene.condition('Ready')?.status, 'True');
    assert.equal(scene.status().observedGeneration, 1);
    assert.deepEqual(scene.report('gw-02'), {
      name: 'gw-02', deviceId: 'GW-02', desiredVersion: 2, reportedVersion: 2, code: 200, applied: true,
      modules: [['edgeAgent', 'agent'], ['edgeHub', 'hub'], ['sensor', 'simulated-temperature-sensor']].map(([name, image]) => ({ name, status: 'running', restarts: 2, exitCode: 0, image: `mcr.microsoft.com/azureiotedge-${image}:1.5` })),
    });
  });

  it('sends nothing to the hub or the cluster at rest', async () => {
    const scene = await running();
    const patches = (): number => scene.cluster.calls.filter(({ verb }) => verb === 'patch').length;
    const before = patches();
    scene.poll();
    await scene.reconcile();
    await scene.clock.advance(15_000);
    scene.poll();
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, []);
    assert.equal(patches(), before);
  });

  it('puts back what somebody changes in the hub, and says what it was', async () => {
    const scene = await running();
    scene.tamper('GW-02', (desired) => void ((at(desired, 'modules', 'sensor') as { status: string }).status = 'stopped'));
    scene.poll();
    await scene.reconcile();
    assert.equal(at(agentOf(scene, 'GW-02'), 'modules', 'sensor', 'status'), 'running');
    assert.deepEqual(scene.events, ['app Normal Restored: put back what was changed in the hub: gw-02 ($edgeAgent: modules.sensor.status)']);
    assert.equal(scene.hub.calls.filter((call) => call === 'applyConfiguration').length, 1);
  });

  it('does not write when only the version is new', async () => {
    const scene = await running();
    scene.tamper('GW-02', () => undefined);
    scene.poll();
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, ['getModuleTwin', 'getModuleTwin']);
    assert.equal(scene.condition('Applied')?.status, 'True');
  });

  it('does not take an old answer of the query for a change', async () => {
    const scene = await running();
    scene.poll();
    scene.put(gitSpec({ modulesContent: manifestWith('sensor/version', '2.0') }));
    await scene.reconcile();
    assert.equal(scene.hub.calls.filter((call) => call === 'applyConfiguration').length, 2);
    scene.hub.calls.length = 0;
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, []);
    assert.equal(scene.report('gw-01')?.desiredVersion, 3);
    assert.equal(scene.status().counts?.reported, 0);
  });

  it('writes nothing after a restart if the hub wants the same', async () => {
    const scene = await running();
    scene.restart();
    await scene.reconcile();
    assert.ok(!scene.hub.calls.includes('applyConfiguration'));
    assert.equal(scene.condition('Ready')?.status, 'True');
  });

  it('finds a change of another module’s twin by a query, within a minute or two', async () => {
    const scene = await running();
    (scene.hub.applied.get('GW-01')!.modulesContent!['$edgeHub']!['properties.desired'] as { routes: object }).routes = {};
    await scene.clock.advance(61_000);
    scene.poll();
    await scene.reconcile();
    assert.match(scene.events.join(), /Restored: .*gw-01 \(\$edgeHub: routes\.up\)/);
  });

  it('asks for that by two queries a minute, however many EdgeDeployments and devices there are, and reads no device without a difference', async () => {
    const scene = deploymentScene();
    for (let i = 0; i < 50; i++) scene.addDevice(`gw-${i}`, north);
    scene.put(gitSpec());
    scene.poll();
    await scene.reconcile();
    scene.hub.calls.length = 0;
    for (let i = 0; i < 8; i++) scene.put({ ...gitSpec(), selector: undefined, devices: [`gw-${i}`] }, { name: `b-${i}` });
    scene.cluster.store.delete('EdgeDeployment/edge/app', 'Background');
    for (let i = 0; i < 8; i++) await scene.reconcile(`b-${i}`);
    scene.hub.calls.length = 0;
    const minutes = 10;
    for (let time = 0; time < minutes * 4; time++) {
      await scene.clock.advance(15_000);
      scene.poll();
      for (let i = 0; i < 8; i++) await scene.reconcile(`b-${i}`);
    }
    const queries = scene.hub.calls.filter((call) => call === 'queryModules').length;
    assert.deepEqual(scene.hub.calls.filter((call) => call !== 'queryModules'), []);
    assert.ok(queries > minutes && queries <= 2 * minutes + 2, `${queries} queries`);
  });

  it('goes on if the hub does not answer that query, and believes the device more than an old answer', async () => {
    const scene = await running();
    scene.hub.before = (call) => {
      if (call === 'queryModules') throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };
    await scene.clock.advance(61_000);
    scene.poll();
    await scene.reconcile();
    assert.equal(scene.condition('Ready')?.status, 'True');
    scene.hub.before = () => undefined;
    const queryModules = scene.hub.queryModules.bind(scene.hub);
    scene.hub.queryModules = async function* old(modules, ids) {
      for await (const row of queryModules(modules, ids)) yield { ...row, twin: { desired: {}, reported: {} } };
    };
    scene.hub.calls.length = 0;
    scene.events.length = 0;
    await scene.clock.advance(61_000);
    scene.poll();
    for (let i = 0; i < 3; i++) await scene.reconcile();
    assert.deepEqual(scene.events, []);
    assert.equal(scene.hub.calls.filter((call) => call === 'getModuleTwin').length, 4, 'each of the two devices once');
    assert.ok(!scene.hub.calls.includes('applyConfiguration'));
  });

  it('finds it on each of many devices at once', async () => {
    const scene = deploymentScene();
    for (let i = 0; i < 25; i++) scene.addDevice(`gw-${i}`, north);
    scene.put(gitSpec());
    scene.poll();
    await scene.reconcile();
    scene.events.length = 0;
    for (const content of scene.hub.applied.values()) (content.modulesContent!['$edgeHub']!['properties.desired'] as { routes: object }).routes = {};
    for (let minute = 0; minute < 2; minute++) {
      await scene.clock.advance(61_000);
      scene.poll();
      await scene.reconcile();
    }
    for (const { modulesContent } of scene.hub.applied.values()) assert.ok(at(modulesContent, '$edgeHub', 'properties.desired', 'routes', 'up') !== undefined);
  });

  it('refuses a bad manifest with all its problems, and applies nothing', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', north);
    const manifest = manifestWith('sensor/status', 'x');
    delete manifest['$edgeHub'];
    scene.put(gitSpec({ modulesContent: manifest }));
    scene.poll();
    await scene.reconcile();
    const { status, reason, message } = scene.condition('ManifestValid')!;
    assert.deepEqual([status, reason], ['False', 'InvalidManifest']);
    assert.match(message, /sensor\.status: must be one of running, stopped/);
    assert.match(message, /spec\.modulesContent\["\$edgeHub"\]: is missing/);
    assert.equal(scene.condition('Ready')?.reason, 'InvalidManifest');
    assert.deepEqual(scene.hub.calls, []);
    await scene.reconcile();
    assert.equal(scene.events.length, 1, 'one Event for one problem');
    scene.put(gitSpec());
    await scene.reconcile();
    assert.equal(scene.condition('Applied')?.status, 'True');
  });

  it('keeps selection and reports while its manifest is invalid', async () => {
    const scene = await running();
    const before = scene.report('gw-01')?.modules;
    assert.equal(before?.length, 3);
    scene.put(gitSpec({ modulesContent: manifestWith('sensor/status', 'x') }));
    await scene.reconcile();
    assert.deepEqual(scene.status().counts, { selected: 2, applied: 0, reported: 0, failing: 0 });
    assert.deepEqual([scene.report('gw-01')?.modules, scene.report('gw-01')?.message], [before, 'the manifest is invalid: the device keeps what it had']);
    assert.equal(scene.condition('Ready')?.reason, 'InvalidManifest');
  });

  it('says its warnings', async () => {
    const scene = deploymentScene();
    scene.put(gitSpec({ modulesContent: manifestWith('sensor/settings/image', 'contoso.azurecr.io/sensor') }));
    await scene.reconcile();
    assert.match(scene.condition('ManifestValid')!.message, /valid; 1 warning: .*image: has neither tag nor digest/);
    assert.deepEqual([scene.condition('Ready')?.status, scene.condition('Ready')?.reason], ['False', 'NoDevices']);
  });

  it('is not ready, and warns, if it selects no device', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01');
    scene.put(gitSpec());
    await scene.reconcile();
    await scene.reconcile();
    assert.deepEqual(scene.status().conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`), ['Ready False NoDevices', 'ManifestValid True Valid', 'Applied Unknown NoDevices']);
    assert.deepEqual(scene.events, ['app Warning NoDevices: no EdgeDevice of the namespace is selected']);
  });

  it('tries a device again that failed, and leaves the others alone', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', north);
    scene.addDevice('gw-02', north);
    const twin = scene.hub.twins.get('GW-01')!;
    scene.hub.twins.delete('GW-01');
    scene.put(gitSpec());
    scene.poll();
    const outcome = await scene.reconcile();
    assert.equal(at(agentOf(scene, 'GW-02'), 'modules', 'sensor', 'status'), 'running');
    assert.match(scene.condition('Applied')!.message, /not applied to 1 device of 2; gw-01: hub hub\.example\.net has no edge device GW-01/);
    assert.ok((outcome as { afterMs: number }).afterMs <= 1000);
    scene.hub.calls.length = 0;
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, [], 'it is asked again without a pause');
    scene.hub.twins.set('GW-01', twin);
    await scene.clock.advance(1000);
    await scene.reconcile();
    assert.equal(scene.condition('Applied')?.status, 'True');
  });

  it('leaves a hub alone that throttles', async () => {
    const scene = deploymentScene();
    for (let i = 0; i < 20; i++) scene.addDevice(`gw-${i}`, north);
    scene.hub.before = () => {
      throw new EdgeVmError('hub-throttled', 'the hub throttles', { details: { retryAfterSeconds: 40 } });
    };
    scene.put(gitSpec());
    scene.poll();
    const outcome = await scene.reconcile();
    assert.ok(scene.hub.calls.length <= 4, `${scene.hub.calls.length} calls`);
    assert.ok((outcome as { afterMs: number }).afterMs >= 15_000);
    assert.equal(scene.condition('Applied')?.reason, 'HubBusy');
    assert.equal(scene.condition('Applied')?.message, 'applied to 0 of 20 devices: hub hub.example.net throttles');
    scene.hub.calls.length = 0;
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, [], 'it is asked again before its time');
    assert.deepEqual(scene.events, []);
  });

  it('brings a manifest to many devices in the order of their names, as fast as the hub allows, and warns of nothing', async () => {
    const scene = deploymentScene();
    const { clock, hub } = scene;
    const names = Array.from({ length: 60 }, (_, i) => `gw-${String(i).padStart(2, '0')}`);
    for (const name of names.toReversed()) scene.addDevice(name, north);
    const order: string[] = [];
    let last = 0;
    const throttle = createThrottle({ hostname: hub.hostname, clock, units: 1 });
    Object.assign(hub.stats, { operations: throttle.stats });
    const apply = hub.applyConfiguration.bind(hub);
    hub.applyConfiguration = async (id, content, { patienceMs = 10_000 } = {}) => {
      const done = await throttle.turn('configuration', { what: `apply a deployment to device ${id}`, until: clock.now() + patienceMs });
      order.push(id.toLowerCase());
      last = clock.now();
      await apply(id, content).finally(done);
    };
    scene.put(gitSpec());
    scene.poll();
    const start = clock.now();
    const seen = new Set<string>();
    const messages: string[] = [];
    while (order.length < names.length) {
      const outcome = await clock.run(scene.reconcile());
      const { status, reason, message } = scene.condition('Ready')!;
      seen.add(`${status} ${reason}`);
      messages.push(message);
      await clock.advance((outcome as { afterMs: number }).afterMs);
    }
    assert.deepEqual(order, names);
    assert.deepEqual([...seen], ['False HubBusy', 'False Progressing']);
    assert.match(messages[0]!, /^applied to \d\d of 60 devices: hub hub\.example\.net allows 20 calls for deployments a minute, so the other \d\d take about 2 minutes$/);
    assert.deepEqual(scene.events.filter((event) => event.includes('Warning')), []);
    const rate = (60 - 18) / ((last - start) / 60_000);
    assert.ok(rate > 19 && rate <= 20, `${rate} devices a minute`);
  });

  it('gives a device that two select to the older one, and tells both', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', north);
    scene.addDevice('gw-02', { site: 'south' });
    scene.put(gitSpec(), { name: 'old', creationTimestamp: '2026-01-01T00:00:00Z' });
    scene.put(gitSpec({ modulesContent: manifestWith('sensor/version', '2.0'), selector: {} }), { name: 'new', creationTimestamp: '2026-02-01T00:00:00Z' });
    scene.poll();
    for (const name of ['new', 'old', 'new']) await scene.reconcile(name);
    assert.equal(at(agentOf(scene, 'GW-01'), 'modules', 'sensor', 'version'), '1.0');
    assert.equal(at(agentOf(scene, 'GW-02'), 'modules', 'sensor', 'version'), '2.0');
    assert.deepEqual([scene.condition('Applied', 'new')?.reason, scene.condition('Applied', 'old')?.reason], ['Conflict', 'Applied']);
    assert.match(scene.condition('Conflicting', 'new')!.message, /gw-01 is selected by EdgeDeployment old too, which is older and keeps it/);
    assert.match(scene.condition('Conflicting', 'old')!.message, /gw-01 is selected by EdgeDeployment new too; this one is older/);
    assert.equal(scene.report('gw-01', 'new')?.deviceId, 'GW-01');
    scene.cluster.store.delete('EdgeDeployment/edge/old', 'Background');
    await scene.reconcile('new');
    assert.equal(at(agentOf(scene, 'GW-01'), 'modules', 'sensor', 'version'), '2.0');
    assert.equal(scene.condition('Conflicting', 'new'), undefined);
  });

  it('lets the name decide between two of the same second, and says so', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', north);
    for (const name of ['b', 'a']) scene.put(gitSpec(), { name, creationTimestamp: '2026-01-01T00:00:00Z' });
    scene.poll();
    for (const name of ['b', 'a']) await scene.reconcile(name);
    assert.match(scene.condition('Conflicting', 'b')!.message, /gw-01 is selected by EdgeDeployment a too, which was created in the same second, comes first by name, and keeps it/);
    assert.match(scene.condition('Conflicting', 'a')!.message, /gw-01 is selected by EdgeDeployment b too; this one was created in the same second, comes first by name, and keeps it/);
  });

  describe('beside an older one with an invalid manifest', () => {
    const bad = (): Record<string, unknown> => gitSpec({ modulesContent: manifestWith('sensor/status', 'x') });
    const old = { name: 'old', creationTimestamp: '2026-01-01T00:00:00Z' };
    const fresh = { name: 'new', creationTimestamp: '2026-02-01T00:00:00Z' };
    const version = (scene: DeploymentScene): unknown => at(agentOf(scene, 'GW-01'), 'modules', 'sensor', 'version');

    it('gets the device if that one has never applied anything', async () => {
      const scene = deploymentScene();
      scene.addDevice('gw-01', north);
      scene.put(bad(), old);
      scene.put(gitSpec({ modulesContent: manifestWith('sensor/version', '2.0') }), fresh);
      scene.poll();
      for (const name of ['new', 'old', 'new']) await scene.reconcile(name);
      assert.equal(version(scene), '2.0');
      assert.deepEqual([scene.condition('Applied', 'new')?.status, scene.condition('Conflicting', 'new')], ['True', undefined]);
      scene.put(gitSpec(), old);
      for (const name of ['new', 'old', 'new']) await scene.reconcile(name);
      assert.deepEqual([version(scene), scene.condition('Applied', 'new')?.reason], ['1.0', 'Conflict'], 'it is older, and valid now');
    });

    it('leaves the device to that one if it was valid before, whatever became of it since', async () => {
      const scene = deploymentScene();
      scene.addDevice('gw-01', north);
      scene.put(gitSpec(), old);
      scene.poll();
      await scene.reconcile('old');
      scene.put(bad(), old);
      for (let i = 0; i < 3; i++) await scene.reconcile('old');
      assert.equal(scene.status('old').appliedGeneration, 1);
      scene.put(gitSpec({ modulesContent: manifestWith('sensor/version', '2.0') }), fresh);
      await scene.reconcile('new');
      assert.deepEqual([version(scene), scene.condition('Applied', 'new')?.reason], ['1.0', 'Conflict']);
      await scene.reconcile('old');
      assert.match(scene.condition('Conflicting', 'old')?.message ?? '', /gw-01 is selected by EdgeDeployment new too; this one is older and keeps it/, 'both say so');
    });
  });

  it('waits for a device that is registered only now, and takes it for no failure', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', north);
    scene.hub.devices.clear();
    scene.hub.twins.clear();
    const live = scene.cluster.find('EdgeDevice', 'gw-01')!;
    scene.cluster.store.put({ ...live, spec: { identity: { register: {} } } }, new Map());
    scene.put(gitSpec());
    scene.poll();
    await scene.reconcile();
    assert.deepEqual([scene.condition('Applied')?.reason, scene.condition('Applied')?.message, scene.events], ['Applying', 'not applied to 1 device of 1 yet; gw-01: the device is not registered in its hub yet', []]);
    scene.cluster.store.put({ ...live, spec: { identity: { register: {} } }, status: { ...live.status, registration: { state: 'Registered', hub: scene.hub.hostname, deviceId: 'GW-01' } } }, new Map());
    await scene.reconcile();
    assert.equal(scene.condition('Applied')?.reason, 'ApplyFailed', 'somebody has deleted it in the hub');
  });

  it('reaches a device that gets the label later', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01');
    scene.put(gitSpec());
    scene.poll();
    await scene.reconcile();
    assert.equal(scene.status().counts?.selected, 0);
    scene.addDevice('gw-01', north);
    await scene.reconcile();
    assert.equal(at(agentOf(scene, 'GW-01'), 'modules', 'sensor', 'status'), 'running');
  });

  it('names EdgeDevices that do not exist', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01');
    scene.put({ modulesContent: smallManifest(), devices: ['gw-01', 'gw-09'] });
    scene.poll();
    await scene.reconcile();
    assert.equal(at(agentOf(scene, 'GW-01'), 'modules', 'sensor', 'status'), 'running');
    assert.deepEqual([scene.condition('Ready')?.reason, scene.condition('Ready')?.message], ['DeviceNotFound', 'there is no EdgeDevice gw-09 in the namespace']);
  });

  it('says all that is wrong at once, whatever the reason is', async () => {
    const scene = deploymentScene();
    for (const name of ['gw-01', 'gw-02', 'gw-03']) scene.addDevice(name);
    scene.put({ modulesContent: smallManifest(), devices: ['gw-02'] }, { name: 'old', creationTimestamp: '2026-01-01T00:00:00Z' });
    scene.put({ modulesContent: smallManifest(), devices: ['gw-01', 'gw-02', 'gw-03', 'gw-09'] }, { creationTimestamp: '2026-02-01T00:00:00Z' });
    scene.hub.devices.delete('GW-03');
    scene.hub.twins.delete('GW-03');
    scene.poll();
    await scene.reconcile();
    const { reason, message } = scene.condition('Applied')!;
    assert.equal(reason, 'ApplyFailed');
    for (const part of [/not applied to 1 device of 3; gw-03: /, /gw-02 is selected by EdgeDeployment old too/, /there is no EdgeDevice gw-09/]) assert.match(message, part);
  });

  for (const [name, report, message] of [
    ['that refuses it', { code: 400 }, /refuses the deployment \(400\): because/], ['that fails to apply it', { code: 500 }, /reports 500: because/],
    ['with a module that fails', { status: 'failed', exitCode: 137 }, /module edgeAgent is failed, exit code 137/],
  ] as const) {
    it(`counts a device ${name} as failing`, async () => {
      const scene = await running();
      scene.takeUp('GW-01', report);
      scene.poll();
      await scene.reconcile();
      assert.deepEqual(scene.status().counts, { selected: 2, applied: 2, reported: 1, failing: 1 });
      assert.equal(scene.condition('Ready')?.reason, 'DevicesFailing');
      assert.match(scene.report('gw-01')!.message!, message);
      assert.equal(scene.status().devices?.[0]?.name, 'gw-01');
    });
  }

  describe('with an image that cannot be pulled', () => {
    const pull = (why = ''): { code: number; description: string } => ({ code: 500, description: `Error calling prepare update for module sensor: Could not pull image contoso.azurecr.io/sensor:9${why}` });
    async function look(scene: DeploymentScene): Promise<[failing: number | undefined, reason: string | undefined]> {
      scene.poll();
      await scene.reconcile();
      return [scene.status().counts?.failing, scene.condition('Ready')?.reason];
    }

    it('waits for some minutes, then counts the device as failing, with its words', async () => {
      const scene = await running();
      scene.takeUp('GW-01', pull());
      assert.deepEqual(await look(scene), [0, 'Progressing']);
      await scene.clock.advance(175_000);
      assert.deepEqual(await look(scene), [0, 'Progressing']);
      await scene.clock.advance(10_000);
      assert.deepEqual(await look(scene), [1, 'DevicesFailing']);
      assert.match(scene.condition('Ready')!.message, /gw-01: the device cannot pull image .* of module .*Could not pull image contoso\.azurecr\.io\/sensor:9.*registryCredentials/);
      scene.takeUp('GW-01');
      assert.deepEqual(await look(scene), [0, 'Deployed']);
    });

    it('gives a new version its time', async () => {
      const scene = await running();
      scene.takeUp('GW-01', pull());
      await look(scene);
      await scene.clock.advance(185_000);
      assert.deepEqual(await look(scene), [1, 'DevicesFailing']);
      scene.put(gitSpec({ modulesContent: manifestWith('sensor/version', '2.0') }));
      await scene.reconcile();
      scene.takeUp('GW-01', pull());
      scene.takeUp('GW-02');
      assert.deepEqual(await look(scene), [0, 'Progressing']);
    });

    it('begins nothing anew after a restart, because the hub has the times', async () => {
      const scene = await running();
      scene.takeUp('GW-01', pull());
      const twin = scene.hub.twins.get('GW-01')!;
      const since = scene.clock.iso();
      const $metadata = { $lastUpdated: since, lastDesiredVersion: { $lastUpdated: since }, lastDesiredStatus: { $lastUpdated: since, code: { $lastUpdated: since } } };
      scene.hub.twins.set('GW-01', { ...twin, reported: { ...twin.reported, $metadata } });
      await scene.clock.advance(185_000);
      scene.restart();
      assert.deepEqual(await look(scene), [1, 'DevicesFailing']);
    });

    for (const why of [', StatusCode:404', ': manifest for contoso.azurecr.io/sensor:9 not found: manifest unknown: manifest unknown', ': unauthorized: authentication required', ': dial tcp: lookup contoso.azurecr.io: no such host']) {
      it(`does not wait after "${why}"`, async () => {
        const scene = await running();
        scene.takeUp('GW-01', pull(why));
        assert.deepEqual(await look(scene), [1, 'DevicesFailing']);
      });
    }
  });
});
