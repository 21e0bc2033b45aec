import assert from 'node:assert/strict';
import type { Hub, HubBulk, NewHubDevice } from '../../../src/hub/types.js';
import { SecretValue } from '../../../src/identity/secret.js';
import type { EdgeVmError } from '../../../src/support/errors.js';
import { fail, json, quickClock, startFakeHub } from './fake-hub.js';
import type { FakeHub } from './fake-hub.js';

const key = (n: number): SecretValue => new SecretValue(Buffer.alloc(32, n).toString('base64'));
const device = (deviceId: string): NewHubDevice => ({ deviceId, primaryKey: key(1), secondaryKey: key(2) });

describe('Hub, many devices in one request', () => {
  let fake: FakeHub;
  let hub: Hub & HubBulk;
  beforeEach(async () => {
    fake = await startFakeHub();
    hub = await fake.connect({ clock: quickClock() });
  });
  afterEach(() => fake.close());

  it('registers edge devices with their keys, tags and parent', async () => {
    fake.play = (_, response) => json(response, { isSuccessful: true, errors: [], warnings: [] });
    assert.equal((await hub.createDevices([device('a'), { ...device('b'), tags: { site: 'x' }, parentScope: 'ms-azure-iot-edge://p-1' }])).size, 0);
    const [{ method, path, body }] = fake.seen as [FakeHub['seen'][number]];
    const common = { importMode: 'create', status: 'enabled', capabilities: { iotEdge: true }, authentication: { type: 'sas', symmetricKey: { primaryKey: key(1).reveal(), secondaryKey: key(2).reveal() } } };
    assert.deepEqual([method, path, body], ['POST', '/devices', [{ id: 'a', ...common }, { id: 'b', ...common, tags: { site: 'x' }, parentScopes: ['ms-azure-iot-edge://p-1'] }]]);
    assert.equal(hub.stats.operations?.registry.requests, 1);
    await hub.createDevices([]);
    assert.equal(fake.seen.length, 1, 'nothing to do');
  });

  it('gives each device its own error, whether the hub names it or gives its number', async () => {
    const errors = [
      { deviceId: 'a', errorCode: 'DeviceAlreadyExists', errorStatus: 'it exists' }, { deviceId: 'b', errorCode: 409001, errorStatus: '' },
      { deviceId: 'c', errorCode: 'ThrottlingException', errorStatus: '' }, { deviceId: 'd', errorCode: 'ArgumentInvalid', errorStatus: `not ${key(1).reveal()}` },
    ];
    fake.play = (_, response) => json(response, { isSuccessful: false, errors, warnings: [] }, 400);
    const failed = await hub.createDevices(['a', 'b', 'c', 'd', 'e'].map(device));
    assert.deepEqual([...failed].map(([id, error]) => [id, error.code, error.details['status']]), [['a', 'unexpected', 409], ['b', 'unexpected', 409], ['c', 'hub-throttled', 429], ['d', 'invalid-input', 400]]);
    assert.doesNotMatch(failed.get('d')!.message, new RegExp(key(1).reveal().slice(0, 20)));
    assert.match(failed.get('d')!.message, /refuses to create device d/);
  });

  it('throws what concerns the whole request', async () => {
    fake.play = (_, response) => fail(response, 400, 'DeviceDefinedMultipleTimes');
    await assert.rejects(hub.createDevices([device('a'), device('a')]), { code: 'invalid-input', message: /register devices/ });
    fake.play = (_, response) => fail(response, 401, 'IotHubUnauthorizedAccess');
    await assert.rejects(hub.deleteDevices(['a']), (error: EdgeVmError) => error.code === 'hub-forbidden' && (error.hint ?? '').includes('RegistryWrite'));
  });

  it('deletes devices and says which were not there', async () => {
    fake.play = (_, response) => json(response, { isSuccessful: false, errors: [{ deviceId: 'b', errorCode: 'DeviceNotFound', errorStatus: 'b' }], warnings: [] }, 400);
    const failed = await hub.deleteDevices(['a', 'b']);
    assert.deepEqual([...failed].map(([id, error]) => [id, error.details['status']]), [['b', 404]]);
    assert.deepEqual(fake.seen[0]?.body, [{ id: 'a', importMode: 'delete' }, { id: 'b', importMode: 'delete' }]);
  });

  it('asks by queries which devices exist', async () => {
    fake.play = (_, response) => json(response, [{ deviceId: "o'n" }]);
    assert.deepEqual([...(await hub.existing(["o'n", 'other']))], ["o'n"]);
    assert.deepEqual(fake.seen[0]?.body, { query: "SELECT deviceId FROM devices WHERE deviceId IN ['o\\'n','other']" });
  });

  it('reads the twins of the whole hub page by page', async () => {
    fake.play = (seen, response) => {
      const second = seen.headers['x-ms-continuation'] === 'two';
      json(response, [{ deviceId: second ? 'b' : 'a', properties: { desired: {}, reported: {} } }], 200, second ? {} : { 'x-ms-continuation': 'two' });
    };
    const ids: string[] = [];
    for await (const page of hub.allEdgeAgents({ pageSize: 250 })) ids.push(...page.map(({ deviceId }) => deviceId));
    assert.deepEqual(ids, ['a', 'b']);
    assert.deepEqual(fake.seen.map((s) => [(s.body as { query: string }).query, s.headers['x-ms-max-item-count']]), [1, 2].map(() => ["SELECT * FROM devices.modules WHERE moduleId = '$edgeAgent'", '250']));
  });

  it('writes only tags that differ', async () => {
    fake.play = (_, response) => json(response, { deviceId: 'a', tags: { site: 'x', of: 'others' }, properties: {} });
    await hub.tagDevice('a', { tags: { site: 'x' } });
    await hub.tagDevice('a', { tags: { site: 'y' } });
    assert.deepEqual(fake.seen.map((s) => s.method), ['GET', 'GET', 'PATCH']);
    assert.deepEqual(fake.seen[2]?.body, { tags: { site: 'y' } });
  });
});
