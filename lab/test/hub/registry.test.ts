import assert from 'node:assert/strict';
import { startTestHub, type TestHub } from './support/test-hub.js';

describe('lab hub, registry over REST', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());

  const put = (id: string, body: object = {}, ifMatch?: string) => hub.call('PUT', `/devices/${encodeURIComponent(id)}`, { body: { deviceId: id, ...body }, ...(ifMatch === undefined ? {} : { ifMatch }) });

  it('needs an api-version', async () => {
    const { status, headers, body } = await hub.call('GET', '/devices?api-version=');
    assert.equal(status, 400);
    assert.equal(headers['iothub-errorcode'], 'InvalidProtocolVersion');
    assert.match(body.Message, /^ErrorCode:InvalidProtocolVersion;/);
  });

  it('answers errors in the field’s form', async () => {
    const { status, headers, body } = await hub.call('GET', '/devices/nobody');
    assert.equal(status, 404);
    assert.equal(headers['iothub-errorcode'], 'DeviceNotFound');
    assert.equal(body.Message, 'ErrorCode:DeviceNotFound;nobody');
    assert.match(body.ExceptionMessage, /^Tracking ID:[0-9a-f]{32}-G:0-TimeStamp:\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/);
    assert.equal((await put('twice')).status, 200);
    const again = await put('twice');
    assert.equal(again.status, 409);
    assert.equal(again.body.Message, "ErrorCode:DeviceAlreadyExists;A device with ID 'twice' is already registered.");
  });

  for (const id of ["a.b-c:d+e%f_g#h*i?j!k(l),m=n@o;p$q'r", 'A', 'x'.repeat(128)]) {
    it(`takes the device id ${id.slice(0, 40)}`, async () => {
      assert.equal((await put(id)).status, 200);
      const { status, body } = await hub.call('GET', `/devices/${encodeURIComponent(id)}`);
      assert.equal(status, 200);
      assert.equal(body.deviceId, id);
      assert.equal((await hub.call('GET', `/twins/${encodeURIComponent(id)}`)).body.deviceId, id);
      assert.equal((await hub.call('DELETE', `/devices/${encodeURIComponent(id)}`)).status, 204);
    });
  }

  for (const id of ['a b', 'a/b', 'ü', 'x'.repeat(129)]) {
    it(`refuses the device id ${id.slice(0, 20)}`, async () => {
      assert.equal((await put(id)).status, 400);
    });
  }

  it('guards updates and deletes by ETag', async () => {
    const { body: first, headers } = await put('etag');
    assert.equal(headers['etag'], `"${first.etag}"`);
    const { body: second } = await put('etag', { authentication: first.authentication }, `"${first.etag}"`);
    assert.notEqual(second.etag, first.etag);
    assert.deepEqual(second.authentication, first.authentication);
    assert.equal((await put('etag', {}, `"${first.etag}"`)).status, 412);
    assert.equal((await hub.call('DELETE', '/devices/etag', { ifMatch: `"${first.etag}"` })).status, 412);
    assert.equal((await hub.call('DELETE', '/devices/etag', { ifMatch: '"*"' })).status, 204);
    assert.equal((await put('etag', {}, '*')).status, 404);
  });

  it('makes keys that are not given, checks those that are', async () => {
    const { body } = await put('keys');
    for (const key of [body.authentication.symmetricKey.primaryKey, body.authentication.symmetricKey.secondaryKey]) assert.equal(Buffer.from(key, 'base64').length, 32);
    assert.equal(body.authentication.type, 'sas');
    const given = { primaryKey: Buffer.alloc(32, 1).toString('base64'), secondaryKey: Buffer.alloc(32, 2).toString('base64') };
    assert.deepEqual((await put('keys-2', { authentication: { symmetricKey: given } })).body.authentication.symmetricKey, given);
    assert.equal((await put('keys-3', { authentication: { symmetricKey: { primaryKey: 'no base64!', secondaryKey: '' } } })).status, 400);
    assert.equal((await put('keys-4', { authentication: { type: 'selfSigned' } })).status, 400);
  });

  it('shows what an edge device has and a plain one has not', async () => {
    const { body: edge } = await put('edge', { capabilities: { iotEdge: true } });
    assert.deepEqual(edge.capabilities, { iotEdge: true });
    assert.equal(edge.deviceScope, `ms-azure-iot-edge://edge-${edge.generationId}`);
    const { body: modules } = await hub.call('GET', '/devices/edge/modules');
    assert.deepEqual(modules.map((m: { moduleId: string; managedBy: string }) => [m.moduleId, m.managedBy]), [['$edgeAgent', 'iotEdge'], ['$edgeHub', 'iotEdge']]);
    const { body: agent } = await hub.call('GET', '/twins/edge/modules/$edgeAgent');
    const { $metadata, ...reported } = agent.properties.reported;
    assert.deepEqual(reported, { $version: 1 });
    assert.deepEqual(Object.keys($metadata), ['$lastUpdated']);
    await put('plain');
    assert.deepEqual((await hub.call('GET', '/devices/plain/modules')).body, []);
    assert.equal((await hub.call('GET', '/twins/plain/modules/$edgeAgent')).status, 404);
  });

  it('counts devices', async () => {
    await put('off', { status: 'disabled' });
    const { body } = await hub.call('GET', '/statistics/devices');
    assert.equal(body.totalDeviceCount, body.enabledDeviceCount + 1);
    assert.deepEqual((await hub.call('GET', '/statistics/service')).body, { connectedDeviceCount: 0 });
  });

  it('limits lists and bulk requests', async () => {
    assert.equal((await hub.call('GET', '/devices?top=2')).body.length, 2);
    assert.equal((await hub.call('GET', '/devices?top=1001')).status, 400);
    const many = Array.from({ length: 101 }, (_, i) => ({ id: `bulk-${i}`, importMode: 'create' }));
    assert.equal((await hub.call('POST', '/devices', { body: many })).status, 400);
    const { status, body } = await hub.call('POST', '/devices', { body: [...many.slice(0, 2), { id: 'twice', importMode: 'create' }, { id: 'bulk-9', importMode: 'delete' }] });
    assert.equal(status, 400);
    assert.deepEqual(body.errors.map((e: { deviceId: string; errorCode: string }) => [e.deviceId, e.errorCode]), [['twice', 'DeviceAlreadyExists'], ['bulk-9', 'DeviceNotFound']]);
    const doubled = await hub.call('POST', '/devices', { body: [{ id: 'bulk-8', importMode: 'create' }, { id: 'bulk-8', importMode: 'create' }] });
    assert.deepEqual([doubled.status, doubled.headers['iothub-errorcode']], [400, 'DeviceDefinedMultipleTimes']);
    assert.equal((await hub.call('GET', '/devices/bulk-8')).status, 404);
    assert.equal((await hub.call('GET', '/devices/bulk-1')).status, 200);
  });

  it('deploys to an edge device', async () => {
    await put('deploy', { capabilities: { iotEdge: true } });
    const desired = { schemaVersion: '1.1', runtime: { type: 'docker' }, systemModules: {}, modules: { temp: { type: 'docker' } } };
    const content = { modulesContent: { $edgeAgent: { 'properties.desired': desired }, $edgeHub: { 'properties.desired': { schemaVersion: '1.1' } }, temp: { 'properties.desired': { rate: 1 }, 'properties.desired.nested.deep': true } } };
    assert.equal((await hub.call('POST', '/devices/deploy/applyConfigurationContent', { body: content })).status, 204);
    const { body: agent } = await hub.call('GET', '/twins/deploy/modules/$edgeAgent');
    const { $metadata: _metadata, ...got } = agent.properties.desired;
    assert.deepEqual(got, { ...desired, $version: 2 });
    const { body: temp } = await hub.call('GET', '/twins/deploy/modules/temp');
    assert.equal(temp.properties.desired.rate, 1);
    assert.deepEqual(temp.properties.desired.nested, { deep: true });
    const partial = { modulesContent: { $edgeAgent: { 'properties.desired': { modules: {} } } } };
    assert.equal((await hub.call('POST', '/devices/deploy/applyConfigurationContent', { body: partial })).status, 400);
    assert.equal((await hub.call('POST', '/devices/plain/applyConfigurationContent', { body: content })).status, 400);
  });

  it('says what it does not imitate', async () => {
    assert.equal((await hub.call('GET', '/jobs/v2/query')).status, 501);
    assert.equal((await hub.call('PATCH', '/devices/plain', { body: {} })).status, 405);
  });
});
