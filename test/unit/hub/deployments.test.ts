import assert from 'node:assert/strict';
import { EdgeVmError } from '../../../src/support/errors.js';
import type { Hub, NewConfiguration } from '../../../src/hub/types.js';
import { fail, json, quickClock, startFakeHub } from './fake-hub.js';
import type { FakeHub } from './fake-hub.js';

const content = { modulesContent: { $edgeAgent: { 'properties.desired': { schemaVersion: '1.1' } } } };
const wanted: NewConfiguration = { id: 'north gw/1', content, targetCondition: "tags.site='north'", priority: 10, labels: { by: 'edge-vm' } };
const stored = { ...wanted, schemaVersion: '1.0', etag: 'MQ==', createdTimeUtc: '2026-01-01T00:00:00Z', systemMetrics: { results: { targetedCount: 2 }, queries: {} }, metrics: null, content: { ...content, deviceContent: null } };

describe('Hub, deployments', () => {
  let fake: FakeHub;
  let hub: Hub;
  beforeEach(async () => {
    fake = await startFakeHub();
    hub = await fake.connect({ clock: quickClock() });
  });
  afterEach(() => fake.close());

  const statusOf = (work: Promise<unknown>) => work.then(() => assert.fail('no error'), (error: unknown) => (EdgeVmError.is(error) ? [error.code, error.details['status']] : assert.fail(String(error))));

  it('applies a deployment to one device, which the hub answers with 204 and no body', async () => {
    fake.play = (_, response) => void response.writeHead(204).end();
    await hub.applyConfiguration('gw#01', content);
    const [{ method, path, body }] = fake.seen as [FakeHub['seen'][number]];
    assert.deepEqual([method, path, body], ['POST', '/devices/gw%2301/applyConfigurationContent', content]);
    fake.play = (_, response) => fail(response, 400, 'InvalidConfigurationContent');
    assert.deepEqual(await statusOf(hub.applyConfiguration('gw#01', content)), ['invalid-input', 400]);
  });

  it('reads a module twin with its metadata and the automatic deployments that target it', async () => {
    const reported = { x: 1, $metadata: { $lastUpdated: '2026-01-01T00:00:00Z' }, $version: 4 };
    fake.play = (_, response) => json(response, { deviceId: 'gw', moduleId: '$edgeHub', etag: 'AAA=', version: 9, configurations: { north: { status: 'Applied' } }, properties: { desired: { $version: 2 }, reported } });
    assert.deepEqual(await hub.getModuleTwin('gw', '$edgeHub'), { etag: 'AAA=', version: 9, configurations: { north: { status: 'Applied' } }, desired: { $version: 2 }, reported });
    assert.equal(fake.seen[0]?.path, '/twins/gw/modules/%24edgeHub');
    fake.play = (_, response) => fail(response, 404, 'ModuleNotFound');
    assert.equal(await hub.getModuleTwin('gw', 'none'), undefined);
  });

  it('creates an automatic deployment without an ETag, and changes it with one', async () => {
    fake.play = (_, response) => json(response, stored);
    const made = await hub.putConfiguration(wanted);
    const { metrics: _none, ...expected } = { ...stored, content };
    assert.deepEqual(made, expected, 'without the nulls of the hub');
    await hub.putConfiguration({ ...wanted, priority: 11 }, { etag: 'MQ==' });
    await hub.putConfiguration(wanted, { etag: '*' });
    assert.deepEqual(fake.seen.map((s) => [s.method, s.path, s.headers['if-match']]), [['PUT', '/configurations/north%20gw%2F1', undefined], ['PUT', '/configurations/north%20gw%2F1', '"MQ=="'], ['PUT', '/configurations/north%20gw%2F1', '"*"']]);
    assert.deepEqual(fake.seen[0]?.body, { schemaVersion: '1.0', ...wanted });
    assert.equal((fake.seen[1]!.body as NewConfiguration).priority, 11);
  });

  it('says that another one has that id, or that it was changed meanwhile', async () => {
    fake.play = (_, response) => fail(response, 409, 'ConfigurationAlreadyExists');
    assert.deepEqual(await statusOf(hub.putConfiguration(wanted)), ['unexpected', 409]);
    fake.play = (_, response) => fail(response, 412, 'PreconditionFailed');
    assert.deepEqual(await statusOf(hub.putConfiguration(wanted, { etag: 'MQ==' })), ['unexpected', 412]);
    assert.equal(fake.seen.length, 2, 'not sent again');
  });

  it('reads one, all, and deletes one under its ETag', async () => {
    fake.play = (seen, response) => (seen.method === 'DELETE' ? void response.writeHead(204).end() : json(response, seen.path === '/configurations' ? [stored] : stored));
    assert.equal((await hub.getConfiguration(wanted.id))?.systemMetrics?.results?.['targetedCount'], 2);
    assert.deepEqual((await hub.listConfigurations()).map((c) => c.id), [wanted.id]);
    assert.equal(await hub.deleteConfiguration(wanted.id), true);
    await hub.deleteConfiguration(wanted.id, { etag: 'MQ==' });
    assert.deepEqual(fake.seen.slice(2).map((s) => [s.method, s.path, s.headers['if-match']]), [['DELETE', '/configurations/north%20gw%2F1', '"*"'], ['DELETE', '/configurations/north%20gw%2F1', '"MQ=="']]);
    fake.play = (_, response) => fail(response, 404, 'ConfigurationNotFound');
    assert.equal(await hub.deleteConfiguration(wanted.id), false);
    assert.equal(await hub.getConfiguration(wanted.id), undefined);
  });

  it('names the right that is missing, and waits as long as the hub asks', async () => {
    fake.play = (_, response) => fail(response, 401, 'IotHubUnauthorizedAccess');
    for (const [right, work] of [['RegistryWrite', hub.applyConfiguration('d', content)], ['RegistryWrite', hub.putConfiguration(wanted)], ['RegistryRead', hub.listConfigurations()], ['RegistryWrite', hub.deleteConfiguration('x')], ['ServiceConnect', hub.getModuleTwin('d', '$edgeHub')]] as const) {
      await assert.rejects(work, (error: EdgeVmError) => error.code === 'hub-forbidden' && (error.hint ?? '').includes(right));
    }
    const before = fake.seen.length;
    fake.play = (_, response, count) => (count === before + 1 ? fail(response, 429, 'ThrottlingBacklogTimeout', { 'Retry-After': '3' }) : json(response, []));
    assert.deepEqual(await hub.listConfigurations(), []);
    assert.equal(fake.seen.length, before + 2);
  });
});
