import assert from 'node:assert/strict';
import { batchingHub, connectHub, SecretValue, type Hub, type HubBulk } from 'edge-vm';
import { eventually, startTestHub, type TestHub } from './support/test-hub.js';

const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const content = { modulesContent: { $edgeAgent: { 'properties.desired': { schemaVersion: '1.1', runtime: { type: 'docker' }, systemModules: {}, modules: {} } } } };

describe('the hub port of edge-vm with the lab hub', () => {
  let lab: TestHub;
  let hub: Hub & HubBulk;
  let many: Hub;
  beforeEach(async () => {
    lab = await startTestHub({ connectionStateLagMs: 0, configurationLagMs: 0 });
    hub = await connectHub({ connectionString: new SecretValue(lab.serviceConnectionString()), endpoint: { url: `https://127.0.0.1:${lab.hub.httpsPort}`, ca: lab.ca, env: {} }, units: Number.POSITIVE_INFINITY });
    many = batchingHub(hub);
  });
  afterEach(async () => {
    hub.close();
    await lab.stop();
  });

  const counters = async (): Promise<Record<string, number>> => (await lab.call('GET', '/$lab/v1/status')).body.counters;

  it('registers and deletes 250 devices by three requests each', async () => {
    const ids = names(250, 'gw');
    const missing = await Promise.all(ids.map((id) => many.getDevice(id)));
    assert.ok(missing.every((device) => device === undefined));
    const made = await Promise.all(ids.map((id) => many.ensureDevice(id, { tags: { site: 'x' } })));
    assert.ok(made.every(({ created }) => created));
    const { body } = await lab.call('GET', '/devices/gw-7');
    assert.deepEqual([body.capabilities.iotEdge, body.authentication.symmetricKey.primaryKey], [true, made[7]!.device.primaryKey!.reveal()]);
    assert.deepEqual((await lab.call('GET', '/twins/gw-7')).body.tags, { site: 'x' });
    const twins: string[] = [];
    for await (const { deviceId } of many.queryEdgeAgents(ids)) twins.push(deviceId);
    assert.deepEqual(twins, ids);
    assert.ok((await Promise.all(ids.map((id) => many.deleteDevice(id)))).every(Boolean));
    const { 'bulk 200': bulk, 'registry-read 200': reads = 0, 'registry-read 404': misses = 0 } = await counters();
    assert.deepEqual([bulk, reads, misses], [6, 1, 0], 'the one read is that of this test');
    assert.equal((await lab.call('GET', '/$lab/v1/status')).body.devices, 0);
  });

  it('makes no device twice and forgets none when answers are lost', async () => {
    for (const operation of ['bulk', 'registry-write']) await lab.call('POST', '/$lab/v1/rules', { body: { operation, count: 1, action: { kind: 'lose' } } });
    const made = await Promise.all(names(5, 'gw').map((id) => many.ensureDevice(id)));
    assert.deepEqual(made.map(({ created }) => created), [true, true, true, true, true]);
    assert.equal((await hub.ensureDevice('alone')).created, true);
    assert.equal((await hub.ensureDevice('alone')).created, false);
    assert.deepEqual((await counters())['bulk 0'], 1);
    await lab.call('POST', '/$lab/v1/rules', { body: { operation: 'bulk', count: 1, action: { kind: 'lose' } } });
    await Promise.all(names(5, 'gw').map((id) => many.deleteDevice(id)));
    assert.equal((await lab.call('GET', '/$lab/v1/status')).body.devices, 1);
  });

  it('applies a deployment, and keeps an automatic one', async () => {
    await many.ensureDevice('gw', { tags: { site: 'x' } });
    await many.applyConfiguration('gw', content);
    assert.equal((await many.getModuleTwin('gw', '$edgeAgent'))?.desired['schemaVersion'], '1.1');
    const wanted = { id: 'all', content, targetCondition: "tags.site='x'", priority: 1 };
    const made = await many.putConfiguration(wanted);
    await eventually(async () => (await many.getEdgeAgentTwin('gw'))?.configurations?.['all']?.status === 'Applied', 'the deployment');
    await assert.rejects(many.putConfiguration(wanted), { details: { status: 409, reason: '409002' } });
    const other = { ...content, modulesContent: { ...content.modulesContent, $edgeHub: { 'properties.desired': { schemaVersion: '1.1' } } } };
    const changed = await many.putConfiguration({ ...wanted, content: other, priority: 2 }, { etag: made.etag! });
    assert.deepEqual([changed.priority, changed.content], [2, content], 'the content stays');
    await assert.rejects(many.putConfiguration(wanted, { etag: made.etag! }), { details: { status: 412, reason: 'PreconditionFailed' } });
    assert.deepEqual((await many.listConfigurations()).map(({ id }) => id), ['all']);
    assert.equal((await many.getConfiguration('all'))?.systemMetrics?.results?.['appliedCount'], 1);
    assert.deepEqual([await many.deleteConfiguration('all'), await many.deleteConfiguration('all')], [true, false]);
  });
});
