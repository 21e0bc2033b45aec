import assert from 'node:assert/strict';
import { parseTarget } from '../../src/hub/configurations/condition.js';
import { deviceClient, moduleClient, openRegistry } from './support/node-sdk.js';
import { eventually, startTestHub, type TestHub } from './support/test-hub.js';

interface Shown {
  etag: string;
  content: unknown;
  systemMetrics: { results: Record<string, number>; queries: Record<string, string> };
  metrics: { results: Record<string, number> };
}

const agent = (modules: object): object => ({ schemaVersion: '1.1', runtime: { type: 'docker' }, systemModules: {}, modules });
const content = (name: string): { modulesContent: Record<string, Record<string, unknown>> } => ({
  modulesContent: { $edgeAgent: { 'properties.desired': agent({ [name]: { type: 'docker' } }) }, $edgeHub: { 'properties.desired': { schemaVersion: '1.1', routes: {} } }, [name]: { 'properties.desired': { of: name } } },
});

describe('target conditions of the lab hub', () => {
  const twin = { deviceId: 'gw-1', tags: { site: 'north', n: 3 }, properties: { reported: { ready: true }, desired: { x: 1 } } };
  for (const [text, met] of [['*', true], ['', false], ["tags.site='north'", true], ["tags.site = 'south' OR deviceId IN ['gw-1']", true], ['tags.n > 3', false], ['properties.reported.ready = true AND NOT is_defined(tags.gone)', true], ["NOT (tags.none = 'x')", false]] as const) {
    it(`'${text}' ${met ? 'meets' : 'leaves out'} the device`, () => assert.equal(parseTarget(text)(twin), met));
  }
  for (const text of ['tags.site =', "properties.desired.x = 1", "status = 'enabled'", "tags.site = 'x' extra", "deviceId = 'a' OR connectionState = 'Connected'"]) {
    it(`refuses '${text}'`, () => assert.throws(() => parseTarget(text), { status: 400 }));
  }
});

describe('lab hub, automatic deployments', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startTestHub({ connectionStateLagMs: 0, configurationLagMs: 0 });
    for (const [id, site] of [['n-1', 'north'], ['n-2', 'north'], ['s-1', 'south']] as const) {
      await hub.call('POST', '/devices', { body: [{ id, importMode: 'create', capabilities: { iotEdge: true }, tags: { site } }] });
    }
    await hub.call('POST', '/devices', { body: [{ id: 'plain', importMode: 'create', tags: { site: 'north' } }] });
  });
  after(() => hub.stop());
  afterEach(async () => {
    for (const { id } of (await hub.call('GET', '/configurations')).body as { id: string }[]) await hub.call('DELETE', `/configurations/${encodeURIComponent(id)}`);
    await hub.call('PATCH', '/twins/s-1', { body: { tags: { site: 'south' } } });
  });

  const put = (id: string, body: object = {}, ifMatch?: string) =>
    hub.call('PUT', `/configurations/${encodeURIComponent(id)}`, { body: { id, content: content('temp'), targetCondition: "tags.site='north'", priority: 10, ...body }, ...(ifMatch === undefined ? {} : { ifMatch }) });
  const show = async (id: string): Promise<Shown> => (await hub.call('GET', `/configurations/${encodeURIComponent(id)}`)).body as Shown;
  const agentOf = async (id: string) => (await hub.call('GET', `/twins/${id}/modules/$edgeAgent`)).body as { configurations?: Record<string, { status: string }>; properties: { desired: { modules?: object; $version: number } } };
  const modulesOf = async (id: string): Promise<string[]> => Object.keys((await agentOf(id)).properties.desired.modules ?? {});
  const has = (id: string, ...modules: string[]) => eventually(async () => JSON.stringify(await modulesOf(id)) === JSON.stringify(modules), `${modules.join()} on ${id}`);

  it('reach the edge devices that meet their condition, with identities for their modules', async () => {
    assert.equal((await put('north')).status, 200);
    await has('n-1', 'temp');
    await has('n-2', 'temp');
    assert.deepEqual(await modulesOf('s-1'), []);
    assert.deepEqual((await agentOf('n-1')).configurations, { north: { status: 'Applied' } });
    assert.equal((await hub.call('GET', '/twins/n-1/modules/temp')).body.properties.desired.of, 'temp');
    assert.equal((await hub.call('GET', '/twins/n-1/modules/$edgeHub')).body.properties.desired.schemaVersion, '1.1');
    assert.equal((await hub.call('GET', '/twins/plain/modules/$edgeAgent')).status, 404);
    assert.deepEqual((await show('north')).systemMetrics.results, { targetedCount: 2, appliedCount: 2, reportedSuccessfulCount: 0, reportedFailedCount: 0 });
  });

  it('follow tags, new devices and reported properties', async () => {
    await put('any', { targetCondition: "tags.site='west' OR properties.reported.ready = true" });
    await hub.call('PATCH', '/twins/s-1', { body: { tags: { site: 'west' } } });
    await has('s-1', 'temp');
    const { body } = await hub.call('PUT', '/devices/late', { body: { capabilities: { iotEdge: true } } });
    const client = await deviceClient(hub, 'late', body.authentication.symmetricKey.primaryKey);
    await client.open();
    const twin = await client.getTwin();
    await new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ ready: true }, (error: Error | undefined) => (error ? reject(error) : resolve()));
    });
    await has('late', 'temp');
    await client.close();
    await hub.call('DELETE', '/devices/late');
    assert.equal((await show('any')).systemMetrics.results['targetedCount'], 1);
  });

  it('give a device the one of the highest priority, of two alike the later one, and the next one its turn', async () => {
    await put('low', { content: content('low'), priority: 1 });
    await has('n-1', 'low');
    await put('first', { content: content('first'), priority: 5 });
    await put('second', { content: content('second'), priority: 5 });
    await has('n-1', 'second');
    assert.deepEqual((await agentOf('n-1')).configurations, { low: { status: 'Targeted' }, first: { status: 'Targeted' }, second: { status: 'Applied' } });
    assert.deepEqual((await show('low')).systemMetrics.results, { targetedCount: 2, appliedCount: 0, reportedSuccessfulCount: 0, reportedFailedCount: 0 });
    await put('low', { priority: 9 }, '"*"');
    await has('n-1', 'low');
    await hub.call('DELETE', '/configurations/low');
    await has('n-1', 'second');
    await put('second', { targetCondition: "deviceId = 'n-2'" }, '"*"');
    await has('n-1', 'first');
    await hub.call('DELETE', '/configurations/first');
    await eventually(async () => (await agentOf('n-1')).configurations === undefined, 'no deployment');
    assert.deepEqual(await modulesOf('n-1'), ['first'], 'the device keeps what it has');
  });

  it('apply again only what has changed', async () => {
    await put('north');
    await has('n-1', 'temp');
    const { $version } = (await agentOf('n-1')).properties.desired;
    await put('north', { labels: { a: 'b' } }, '"*"');
    await hub.call('PATCH', '/twins/n-1', { body: { tags: { other: 1 } } });
    await put('other', { targetCondition: "deviceId = 'n-1'", priority: 0 });
    await eventually(async () => Object.keys((await agentOf('n-1')).configurations ?? {}).length === 2, 'the second one');
    assert.equal((await agentOf('n-1')).properties.desired.$version, $version);
  });

  it('put layers upon it', async () => {
    await put('base');
    const layer = { modulesContent: { $edgeAgent: { 'properties.desired.modules.extra': { type: 'docker' } }, extra: { 'properties.desired.layer': true } } };
    await put('layer', { content: layer, priority: 20 });
    await has('n-1', 'temp', 'extra');
    assert.equal((await hub.call('GET', '/twins/n-1/modules/extra')).body.properties.desired.layer, true);
    assert.deepEqual((await agentOf('n-1')).configurations, { base: { status: 'Applied' }, layer: { status: 'Applied' } });
    await hub.call('DELETE', '/configurations/layer');
    await has('n-1', 'temp');
  });

  it('count what devices report, also by queries of one’s own', async () => {
    const failing = "SELECT deviceId FROM devices.modules WHERE configurations.[[north]].status = 'Applied' AND properties.reported.lastDesiredStatus.code != 200";
    await put('north', { metrics: { queries: { failing } } });
    await has('n-1', 'temp');
    const { body } = await hub.call('GET', '/devices/n-1/modules/$edgeAgent');
    const client = await moduleClient(hub, 'n-1', '$edgeAgent', body.authentication.symmetricKey.primaryKey);
    await client.open();
    const twin = await client.getTwin();
    const report = (code: number): Promise<void> => new Promise((resolve, reject) => {
      twin.properties.reported.update({ lastDesiredVersion: twin.properties.desired.$version, lastDesiredStatus: { code } }, (error: Error | undefined) => (error ? reject(error) : resolve()));
    });
    await report(200);
    assert.deepEqual((await show('north')).systemMetrics.results, { targetedCount: 2, appliedCount: 2, reportedSuccessfulCount: 1, reportedFailedCount: 0 });
    await report(500);
    const shown = await show('north');
    assert.deepEqual([shown.systemMetrics.results['reportedFailedCount'], shown.metrics.results], [1, { failing: 1 }]);
    await client.close();
    // As `az iot edge deployment show-metric` does.
    for (const text of Object.values(shown.systemMetrics.queries)) assert.equal((await hub.call('POST', '/devices/query', { body: { query: text } })).status, 200, text);
  });

  it('guard their changes by ETag, and keep their content', async () => {
    const { body: made, headers } = await put('north');
    assert.equal(headers['etag'], `"${made.etag}"`);
    assert.equal((await put('north')).status, 409);
    assert.equal((await put('north', {}, made.etag)).status, 409, 'If-Match needs quotes');
    const { body: changed } = await put('north', { content: content('other'), priority: 3 }, `"${made.etag}"`);
    assert.deepEqual([changed.content, changed.priority, changed.createdTimeUtc], [made.content, 3, made.createdTimeUtc]);
    assert.equal((await put('north', {}, `"${made.etag}"`)).status, 412);
    assert.equal((await hub.call('DELETE', '/configurations/north', { ifMatch: `"${made.etag}"` })).status, 412);
    assert.equal((await put('none', {}, '"*"')).status, 404);
    assert.equal((await hub.call('GET', '/configurations/none')).status, 404);
    assert.equal((await hub.call('DELETE', '/configurations/none')).status, 404);
  });

  it('need what the service needs', async () => {
    for (const [what, id, body] of [
      ['an id in lower case', 'North', {}], ['a condition that can be read', 'x', { targetCondition: 'tags.' }], ['a whole priority', 'x', { priority: 1.5 }],
      ['$edgeAgent', 'x', { content: { modulesContent: { temp: {} } } }], ['a whole manifest', 'x', { content: { modulesContent: { $edgeAgent: { 'properties.desired': { modules: {} } } } } }], ['a metric that can be read', 'x', { metrics: { queries: { q: 'SELEC' } } }],
    ] as const) assert.equal((await put(id, body)).status, 400, what);
    assert.equal((await put('x', { content: { deviceContent: { 'properties.desired.a': 1 } } })).status, 501);
    assert.equal((await hub.call('GET', '/configurations', { policy: 'service' })).status, 401);
    assert.equal((await hub.call('GET', '/configurations', { policy: 'registryRead' })).status, 200);
    const tested = await hub.call('POST', '/configurations/testQueries', { body: { targetCondition: 'tags.', customMetricQueries: { good: 'SELECT * FROM devices', bad: 'SELEC' } } });
    assert.deepEqual([tested.status, Object.keys(tested.body), Object.keys(tested.body.customMetricQueryErrors)], [200, ['targetConditionError', 'customMetricQueryErrors'], ['bad']]);
  });

  it('survive a restart, and take effect if the hub ended before', async () => {
    await put('north');
    await has('n-1', 'temp');
    const before = await Promise.all(['/configurations', '/twins/n-1/modules/$edgeAgent'].map(async (path) => (await hub.call('GET', path)).body as unknown));
    await hub.restart();
    assert.deepEqual(await Promise.all(['/configurations', '/twins/n-1/modules/$edgeAgent'].map(async (path) => (await hub.call('GET', path)).body as unknown)), before);
    await hub.call('PUT', '/$lab/v1/settings', { body: { configurationLagMs: 600_000 } });
    await put('more', { content: content('more'), priority: 11 });
    await hub.restart();
    await has('n-1', 'more');
  });

  it('serve the Node SDK', async () => {
    const registry = openRegistry(hub);
    const wanted = { id: 'sdk', schemaVersion: '1.0', content: content('sdk'), targetCondition: "tags.site='north'", priority: 7, labels: { of: 'sdk' }, metrics: { queries: {} } };
    await registry.addConfiguration(wanted);
    await assert.rejects(registry.addConfiguration(wanted), (error: Error & { response?: { statusCode?: number } }) => error.response?.statusCode === 409);
    await has('n-2', 'sdk');
    const { responseBody: got } = await registry.getConfiguration('sdk');
    assert.deepEqual([got.priority, got.labels, got.systemMetrics?.results?.['appliedCount']], [7, { of: 'sdk' }, 2]);
    await registry.updateConfiguration({ ...got, priority: 8 });
    await assert.rejects(registry.updateConfiguration({ ...got, priority: 9 }), (error: Error) => error.name === 'InvalidEtagError');
    await registry.updateConfiguration({ ...got, priority: 10 }, true);
    assert.deepEqual((await registry.getConfigurations()).responseBody.map(({ id, priority }) => [id, priority]), [['sdk', 10]]);
    const { responseBody: twin } = await registry.getModuleTwin('n-2', '$edgeAgent');
    assert.deepEqual((twin as unknown as { configurations: object }).configurations, { sdk: { status: 'Applied' } });
    await registry.applyConfigurationContentOnDevice('s-1', content('alone'));
    assert.deepEqual(await modulesOf('s-1'), ['alone']);
    await registry.removeConfiguration('sdk');
    await assert.rejects(registry.getConfiguration('sdk'));
  });
});
