import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Twin } from 'azure-iot-device';
import { deviceClient, deviceClientOverWebSockets, moduleClient, openRegistry, openServiceClient } from './support/node-sdk.js';
import { eventually, startTestHub, type TestHub } from './support/test-hub.js';

const newKey = (): string => randomBytes(32).toString('base64');

describe('lab hub with the Node SDKs', () => {
  let hub: TestHub;
  let key: string;
  const clients: { close(): Promise<unknown> }[] = [];
  const keep = <T extends { close(): Promise<unknown> }>(client: T): T => {
    clients.push(client);
    return client;
  };

  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());
  beforeEach(async () => {
    const { responseBody } = await openRegistry(hub).create({ deviceId: 'dev-1', capabilities: { iotEdge: true } });
    key = (responseBody as unknown as { authentication: { symmetricKey: { primaryKey: string } } }).authentication.symmetricKey.primaryKey;
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close().catch(() => undefined)));
    await openRegistry(hub).delete('dev-1');
  });

  it('creates, reads, updates, lists and deletes devices', async () => {
    const registry = openRegistry(hub);
    await assert.rejects(registry.create({ deviceId: 'dev-1' }), (error: Error) => error.name === 'DeviceAlreadyExistsError');
    const { responseBody: device } = await registry.get('dev-1');
    assert.equal(device.deviceId, 'dev-1');
    assert.equal(device.status, 'enabled');
    device.status = 'disabled';
    await registry.update(device);
    assert.equal((await registry.get('dev-1')).responseBody.status, 'disabled');
    assert.deepEqual((await registry.list()).responseBody.map((d) => d.deviceId), ['dev-1']);
    await assert.rejects(registry.get('nobody'), (error: Error) => error.name === 'DeviceNotFoundError');
  });

  it('adds devices in bulk and says which failed', async () => {
    const registry = openRegistry(hub);
    const added = await registry.addDevices([{ deviceId: 'b-1' }, { deviceId: 'b-2' }] as never);
    assert.equal((added.responseBody as { isSuccessful: boolean }).isSuccessful, true);
    await assert.rejects(registry.addDevices([{ deviceId: 'b-1' }, { deviceId: 'b-3' }] as never), (error: Error & { responseBody?: string }) => {
      const { errors } = JSON.parse(error.responseBody ?? '{}') as { errors: { deviceId: string; errorCode: string }[] };
      assert.deepEqual(errors.map((e) => [e.deviceId, e.errorCode]), [['b-1', 'DeviceAlreadyExists']]);
      return true;
    });
    assert.equal((await registry.get('b-3')).responseBody.deviceId, 'b-3');
    await registry.removeDevices([{ deviceId: 'b-1' }, { deviceId: 'b-2' }, { deviceId: 'b-3' }] as never, true);
    assert.equal((await registry.list()).responseBody.length, 1);
  });

  it('gives an edge device its system modules, and takes others', async () => {
    const registry = openRegistry(hub);
    const { responseBody } = await registry.getModulesOnDevice('dev-1');
    assert.deepEqual(responseBody.map((m) => m.moduleId).sort(), ['$edgeAgent', '$edgeHub']);
    await registry.addModule({ deviceId: 'dev-1', moduleId: 'temp' });
    assert.equal((await registry.getModule('dev-1', 'temp')).responseBody.moduleId, 'temp');
    await assert.rejects(registry.addModule({ deviceId: 'dev-1', moduleId: 'temp' }));
    await registry.removeModule('dev-1', 'temp');
    await assert.rejects(registry.getModule('dev-1', 'temp'));
  });

  it('patches twins under their ETag and pages through a query', async () => {
    const registry = openRegistry(hub);
    const { responseBody: twin } = await registry.getTwin('dev-1');
    const { responseBody: changed } = await registry.updateTwin('dev-1', { tags: { site: 'a' }, properties: { desired: { x: { y: 1 } } } }, twin.etag);
    assert.equal(changed.properties.desired.$version, 2);
    await assert.rejects(registry.updateTwin('dev-1', { tags: { site: 'b' } }, twin.etag), (error: Error) => error.name === 'InvalidEtagError');
    await registry.addDevices([1, 2, 3].map((n) => ({ deviceId: `q-${n}` })) as never);
    const query = registry.createQuery("SELECT deviceId FROM devices WHERE STARTSWITH(deviceId, 'q-')", 2);
    const pages: string[][] = [];
    while (query.hasMoreResults) {
      const { result } = await query.next(query.continuationToken);
      pages.push((result as { deviceId: string }[]).map((row) => row.deviceId));
    }
    assert.deepEqual(pages, [['q-1', 'q-2'], ['q-3']]);
    await registry.removeDevices([1, 2, 3].map((n) => ({ deviceId: `q-${n}` })) as never, true);
  });

  it('carries twins both ways over MQTT', async () => {
    const registry = openRegistry(hub);
    const client = keep(await deviceClient(hub, 'dev-1', key));
    await client.open();
    await registry.updateTwin('dev-1', { properties: { desired: { before: 1 } } }, '*');
    const twin: Twin = await client.getTwin();
    assert.equal(twin.properties.desired.before, 1);
    const patches: unknown[] = [];
    twin.on('properties.desired', (patch: unknown) => patches.push(patch));
    await new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ a: { b: 1 }, gone: 2 }, (error: Error | undefined) => (error ? reject(error) : resolve()));
    });
    await new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ gone: null }, (error: Error | undefined) => (error ? reject(error) : resolve()));
    });
    const { responseBody } = await registry.getTwin('dev-1');
    const { $metadata, ...reported } = responseBody.properties.reported;
    assert.deepEqual(reported, { a: { b: 1 }, $version: 3 });
    assert.match($metadata.a.b.$lastUpdated, /^20.*Z$/);
    assert.equal((responseBody as unknown as { connectionState: string }).connectionState, 'Connected');
    await eventually(() => patches.length > 0, 'the first desired properties');
    await registry.updateTwin('dev-1', { properties: { desired: { later: 2, before: null } } }, '*');
    await eventually(() => patches.some((p) => JSON.stringify(p) === '{"later":2,"before":null,"$version":3}'), `the notification, got ${JSON.stringify(patches)}`);
    // As after a deployment: the device is also notified of what was removed.
    await hub.call('PUT', '/twins/dev-1', { body: { properties: { desired: { only: 1 } } } });
    await eventually(() => twin.properties.desired.only === 1, 'the replacement');
    const { $version, ...left } = twin.properties.desired;
    assert.deepEqual([left, $version], [{ only: 1 }, 4]);
  });

  it('calls methods of devices and modules', async () => {
    const registry = openRegistry(hub);
    const service = openServiceClient(hub);
    await assert.rejects(service.invokeDeviceMethod('dev-1', { methodName: 'ping' }), (error: Error & { responseBody?: string }) => {
      const { Message } = JSON.parse(error.responseBody ?? '{}') as { Message: string };
      assert.equal((JSON.parse(Message) as { errorCode: number }).errorCode, 404103);
      return true;
    });
    const moduleKey = newKey();
    await registry.updateModule({ deviceId: 'dev-1', moduleId: '$edgeAgent', authentication: { type: 'sas', symmetricKey: { primaryKey: moduleKey, secondaryKey: newKey() } } } as never, true);
    const agent = keep(await moduleClient(hub, 'dev-1', '$edgeAgent', moduleKey));
    await agent.open();
    agent.onMethod('ping', (request, response) => {
      void response?.send(200, { got: request?.payload as object });
    });
    const { result } = await service.invokeDeviceMethod('dev-1', '$edgeAgent', { methodName: 'ping', payload: { n: 1 }, connectTimeoutInSeconds: 5 });
    assert.deepEqual(result, { status: 200, payload: { got: { n: 1 } } });
  });

  it('takes telemetry', async () => {
    const client = keep(await deviceClient(hub, 'dev-1', key));
    const { Message } = (await import('azure-iot-device')).default;
    const message = new Message('{"t":21}');
    message.properties.add('kind', 'a b');
    message.contentType = 'application/json';
    await client.sendEvent(message);
    const { body } = await hub.call('GET', '/$lab/v1/telemetry?deviceId=dev-1');
    const last = body.messages.at(-1);
    assert.equal(last.body, '{"t":21}');
    assert.equal(last.properties.kind, 'a b');
    assert.equal(last.properties['$.ct'], 'application/json');
  });

  it('refuses a wrong key', async () => {
    const client = keep(await deviceClient(hub, 'dev-1', newKey()));
    await assert.rejects(client.open(), (error: Error) => error.name === 'UnauthorizedError');
  });

  it('keeps one connection for each identity: the new one closes the old', async () => {
    const first = keep(await deviceClient(hub, 'dev-1', key));
    await first.open();
    const kicked = new Promise<void>((resolve) => first.on('disconnect', () => resolve()));
    const second = keep(await deviceClient(hub, 'dev-1', key));
    await second.open();
    await kicked;
    const { body } = await hub.call('GET', '/$lab/v1/connections');
    assert.equal(body.length, 1);
    await second.sendEvent(new ((await import('azure-iot-device')).default.Message)('still here'));
  });

  it('speaks MQTT over WebSockets', async () => {
    const client = keep(await deviceClientOverWebSockets(hub, 'dev-1', key));
    await client.open();
    const twin: Twin = await client.getTwin();
    assert.equal(twin.properties.desired.$version, 1);
  });
});
