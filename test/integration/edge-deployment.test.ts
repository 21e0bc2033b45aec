import assert from 'node:assert/strict';
import { dump } from 'js-yaml';
import { kinds } from '../../src/cluster/index.js';
import type { EdgeDeploymentStatus } from '../../src/operator/deployment/types.js';
import type { StatusCondition } from '../../src/operator/types.js';
import { at, record, type Mapping } from '../../src/support/plain.js';
import { everyEnd } from './harness/every-end.js';
import { startHubProxy, type HubProxy } from './harness/hub-proxy.js';
import { eventually } from './harness/objects.js';
import { openOperatorLab, type OperatorLab, type OperatorProcess } from './harness/operator.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';
import { holds } from './harness/search.js';

const api = 'api-version=2021-04-12';

/** `modulesContent` with one module of this version. */
function manifest(version: string, engine: Mapping = {}): Record<string, Mapping> {
  const image = (name: string): Mapping => ({ type: 'docker', settings: { image: `mcr.microsoft.com/${name}:1.5`, createOptions: { HostConfig: { Binds: ['/data:/data'] } } } });
  const running = { status: 'running', restartPolicy: 'always' };
  return {
    $edgeAgent: {
      'properties.desired': {
        schemaVersion: '1.1', runtime: { type: 'docker', settings: engine },
        systemModules: { edgeAgent: image('azureiotedge-agent'), edgeHub: { ...image('azureiotedge-hub'), ...running } },
        modules: { sensor: { ...image('azureiotedge-simulated-temperature-sensor'), ...running, version } },
      },
    },
    $edgeHub: { 'properties.desired': { schemaVersion: '1.1', routes: { up: 'FROM /messages/modules/sensor/outputs/* INTO $upstream' }, storeAndForwardConfiguration: { timeToLiveSecs: 7200 } } },
  };
}

describe('EdgeDeployments', () => {
  let scene: Scene;
  let lab: OperatorLab;
  let operator: OperatorProcess;
  let toHub: HubProxy;
  let devices: [string, string, string];

  const put = (kind: 'EdgeDevice' | 'EdgeDeployment', metadata: Mapping, spec: Mapping): Promise<string> =>
    kubectl(['apply', '--server-side', '-n', scene.namespace, '-f', '-'], dump({ apiVersion: 'edge-vm.io/v1alpha1', kind, metadata, spec }));
  const status = async (name: string): Promise<EdgeDeploymentStatus> => ((await scene.get(kinds.EdgeDeployment, name))?.status ?? {}) as EdgeDeploymentStatus;
  /** The condition about the present generation, when it is as wanted. */
  const condition = (name: string, type: string, wanted: StatusCondition['status']): Promise<StatusCondition> => eventually(`${name} ${type} ${wanted}`, async () => {
    const object = await scene.get(kinds.EdgeDeployment, name);
    const found = (object?.status as EdgeDeploymentStatus | undefined)?.conditions?.find((one) => one.type === type);
    return found?.status === wanted && found.observedGeneration === object?.metadata.generation ? found : undefined;
  });
  const desired = async (device: string, module = '$edgeAgent'): Promise<Mapping> => {
    const { body } = await scene.hub.send('GET', `/twins/${device}/modules/${encodeURIComponent(module)}?${api}`);
    return record(at(body, 'properties', 'desired')) ?? {};
  };
  const version = async (device: string): Promise<unknown> => at(await desired(device), 'modules', 'sensor', 'version');
  const configurations = async (): Promise<Mapping[]> => ((await scene.hub.send('GET', `/configurations?${api}`)).body as Mapping[]).filter((one) => at(one, 'labels', 'namespace') === scene.namespace);

  before(async function () {
    this.timeout(240_000);
    scene = await openScene('edep');
    devices = [scene.name(), scene.name(), scene.name()];
    lab = await openOperatorLab(scene);
    toHub = await startHubProxy();
    operator = await lab.start(['--no-leader-election', '--watch-namespace', scene.namespace, '--twin-interval', '10s'], toHub.env);
    for (const [index, name] of devices.entries()) {
      await put('EdgeDevice', { name, ...(index === 2 ? {} : { labels: { site: 'north' } }) }, { identity: { register: { tags: { scene: scene.namespace } } } });
    }
    await kubectl(['wait', '--for=condition=Ready', '--timeout=180s', '-n', scene.namespace, ...devices.map((name) => `edgedevice/${name}`)]);
  });
  after(() => everyEnd(
    () => kubectl(['delete', 'edgedeployments,edgedevices', '--all', '-n', scene.namespace, '--timeout=120s']),
    async () => {
      operator.kill('SIGTERM');
      assert.equal(await operator.ended, 0, operator.output());
    },
    () => lab.close(), () => toHub.close(), () => scene.close(),
  ));

  it('bring the manifest of Git to the selected devices, until its modules run', async () => {
    await put('EdgeDeployment', { name: 'app' }, { selector: { matchLabels: { site: 'north' } }, modulesContent: manifest('1') });
    await condition('app', 'Ready', 'True');
    const { summary, counts, devices: reports } = await status('app');
    assert.deepEqual([summary, counts], ['2 of 2 devices', { selected: 2, applied: 2, reported: 2, failing: 0 }]);
    assert.deepEqual(reports?.map(({ code, modules }) => [code, modules?.map(({ name, status: is }) => `${name} ${is}`)]), [devices[0], devices[1]].map(() => [200, ['edgeAgent running', 'edgeHub running', 'sensor running']]));
    assert.deepEqual([await version(devices[0]), await version(devices[1]), await version(devices[2])], ['1', '1', undefined]);
    assert.equal(at(await desired(devices[0]), 'modules', 'sensor', 'settings', 'createOptions'), '{"HostConfig":{"Binds":["/data:/data"]}}');
    assert.equal(at(await desired(devices[0], '$edgeHub'), 'routes', 'up'), 'FROM /messages/modules/sensor/outputs/* INTO $upstream');
    assert.match(await kubectl(['get', 'edep', 'app', '-n', scene.namespace]), /NAME +READY +DEVICES +FAILING +AGE\napp +True +2 of 2 devices +0/);
  });

  it('reach a device that gets the label later', async () => {
    await kubectl(['label', 'edgedevice', devices[2], 'site=north', '-n', scene.namespace]);
    await eventually('3 of 3 devices', async () => (await status('app')).summary === '3 of 3 devices');
    assert.equal(await version(devices[2]), '1');
  });

  it('put back what somebody changes in the hub', async () => {
    const { status: code } = await scene.hub.send('POST', `/devices/${devices[1]}/applyConfigurationContent?${api}`, { modulesContent: withTextOptions(manifest('by hand')) });
    assert.equal(code, 204);
    assert.equal(await version(devices[1]), 'by hand');
    await eventually('the change is put back', async () => (await version(devices[1])) === '1');
    await condition('app', 'Ready', 'True');
  });

  it('refuse a bad manifest with all its problems, and apply nothing of it', async () => {
    const before = await Promise.all(devices.map((device) => desired(device)));
    const bad = manifest('2');
    (at(bad, '$edgeAgent', 'properties.desired', 'modules', 'sensor') as Mapping)['status'] = 'runing';
    (at(bad, '$edgeHub', 'properties.desired', 'routes') as Mapping)['down'] = 'FROM /messages/* INTO BrokeredEndpoint("/modules/gone/inputs/in")';
    await put('EdgeDeployment', { name: 'app' }, { selector: { matchLabels: { site: 'north' } }, modulesContent: bad });
    const { message } = await condition('app', 'ManifestValid', 'False');
    assert.match(message, /modules\.sensor\.status: must be one of running, stopped; did you mean running\? \(got "runing"\)/);
    assert.match(message, /routes\.down: leads to module gone, which the manifest does not have/);
    assert.equal((await condition('app', 'Ready', 'False')).reason, 'InvalidManifest');
    assert.deepEqual(await Promise.all(devices.map((device) => desired(device))), before);
  });

  it('take a password from a Secret, and show it nowhere', async () => {
    const password = 'canary-3vRkq81LmZ';
    await kubectl(['create', 'secret', 'generic', 'acr', `--from-literal=password=${password}`, '-n', scene.namespace]);
    const registryCredentials = { contoso: { address: 'contoso.azurecr.io', username: 'contoso', passwordSecretRef: { name: 'acr', key: 'password' } } };
    await put('EdgeDeployment', { name: 'app' }, { selector: { matchLabels: { site: 'north' } }, modulesContent: manifest('3', { registryCredentials }) });
    await condition('app', 'Ready', 'True');
    assert.equal(at(await desired(devices[0]), 'runtime', 'settings', 'registryCredentials', 'contoso', 'password'), password);
    const seen = await kubectl(['get', 'edgedeployments,edgedevices,events', '-n', scene.namespace, '-o', 'yaml']);
    assert.ok(seen.includes('name: app') && !holds(seen, password));
    assert.ok(!holds(operator.output(), password) && !holds(await operator.metrics(), password));
    await kubectl(['delete', 'edgedeployment', 'app', '-n', scene.namespace]);
  });

  it('mirror what the hub decides', async () => {
    await put('EdgeDeployment', { name: 'view' }, { source: 'Hub', devices: [devices[0]] });
    await condition('view', 'Ready', 'True');
    const { devices: [report] = [] } = await status('view');
    assert.deepEqual([report?.name, report?.code, report?.modules?.length], [devices[0], 200, 3]);
    const { $version } = await desired(devices[0]);
    await scene.hub.send('POST', `/devices/${devices[0]}/applyConfigurationContent?${api}`, { modulesContent: withTextOptions(manifest('of the hub')) });
    await eventually('the new version is mirrored', async () => (await status('view')).devices?.[0]?.reportedVersion === Number($version) + 1);
    assert.equal(await version(devices[0]), 'of the hub');
    await kubectl(['delete', 'edgedeployment', 'view', '-n', scene.namespace]);
  });

  const automatic = (name: string, priority: number): Promise<string> =>
    put('EdgeDeployment', { name }, { apply: 'Automatic', targetCondition: `tags.scene='${scene.namespace}'`, priority, modulesContent: manifest(name) });

  it('become automatic deployments of the hub, of which the highest priority counts', async () => {
    await automatic('low', 5);
    await eventually('all devices have the first one', async () => (await Promise.all(devices.map(version))).every((one) => one === 'low'));
    await automatic('high', 10);
    await eventually('all devices have the higher one', async () => (await Promise.all(devices.map(version))).every((one) => one === 'high'));
    const { devices: reports } = await eventually('3 of 3 devices', async () => {
      const now = await status('high');
      return now.summary === '3 of 3 devices' && now.devices?.length === 3 ? now : undefined;
    });
    assert.deepEqual(reports?.map(({ code }) => code), [200, 200, 200]);
    assert.deepEqual((await configurations()).map(({ priority }) => Number(priority)).toSorted((a, b) => a - b), [5, 10]);
  });

  it('put back an automatic deployment that somebody changes in the hub', async () => {
    const { id } = (await status('high')).configuration!;
    const [mine] = (await configurations()).filter((one) => one['id'] === id);
    assert.equal((await scene.hub.send('DELETE', `/configurations/${id}?${api}`)).status, 204);
    assert.ok(mine !== undefined);
    await eventually('it is there again', async () => (await configurations()).some((one) => one['id'] === id));
  });

  it('replace the automatic deployment when the manifest changes', async () => {
    const before = (await status('low')).configuration?.id;
    await put('EdgeDeployment', { name: 'low' }, { apply: 'Automatic', targetCondition: `tags.scene='${scene.namespace}'`, priority: 20, modulesContent: manifest('low, again') });
    await eventually('all devices have it', async () => (await Promise.all(devices.map(version))).every((one) => one === 'low, again'));
    await eventually('the old one is gone', async () => (await configurations()).every(({ id }) => id !== before));
  });

  it('are deleted while the hub is away: they say what is left, and go when it is back', async () => {
    // Only for this operator: other tests use the hub's deployments at the same time.
    toHub.decide = ({ path }) => (path.startsWith('/configurations') ? 'drop' : 'pass');
    try {
      await kubectl(['delete', 'edgedeployment', 'low', '-n', scene.namespace, '--wait=false']);
      const left = await eventually('what is left', async () => (await status('low')).conditions?.find(({ type, status: is }) => type === 'HubDeploymentRemoved' && is === 'False'));
      assert.match(left.message, /automatic deployment edge-vm-.* is still in .*kubectl annotate edgedeployment low .*abandon-hub-deployment=true/);
    } finally {
      toHub.decide = () => 'pass';
    }
    await eventually('the EdgeDeployment is gone', async () => (await scene.get(kinds.EdgeDeployment, 'low')) === undefined);
    assert.deepEqual((await configurations()).map(({ priority }) => priority), [10]);
  });
});

/** As `az` sends it: `createOptions` as text. */
function withTextOptions(content: Record<string, Mapping>): unknown {
  return JSON.parse(JSON.stringify(content), (key, value: unknown) => (key === 'createOptions' ? JSON.stringify(value) : value)) as unknown;
}
