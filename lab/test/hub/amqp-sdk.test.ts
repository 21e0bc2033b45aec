import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import azureIotCommon from 'azure-iot-common';
import type { Client, DeviceMethodRequest, DeviceMethodResponse, ModuleClient, Twin } from 'azure-iot-device';
import { amqpClient, amqpClientWithCertificate, openServiceClient } from './support/node-sdk.js';
import { eventually, startTestHub, type TestHub } from './support/test-hub.js';

type AnyClient = Client | ModuleClient;

const report = (twin: Twin, patch: object): Promise<void> =>
  new Promise((resolve, reject) => {
    twin.properties.reported.update(patch, (error?: Error | null) => (error ? reject(error) : resolve()));
  });

describe('lab hub with the Node SDK over AMQP', () => {
  let hub: TestHub;
  let deviceKey: string;
  let moduleKey: string;
  const clients: AnyClient[] = [];

  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());
  beforeEach(async () => {
    deviceKey = (await hub.call('PUT', '/devices/dev-1', { body: { deviceId: 'dev-1' } })).body.authentication.symmetricKey.primaryKey;
    moduleKey = (await hub.call('PUT', '/devices/dev-1/modules/mod=1', { body: { deviceId: 'dev-1', moduleId: 'mod=1' } })).body.authentication.symmetricKey.primaryKey;
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close().catch(() => undefined)));
    await hub.call('DELETE', '/$lab/v1/rules');
    await hub.call('DELETE', '/devices/dev-1');
  });

  const twinPath = (moduleId?: string): string => `/twins/dev-1${moduleId === undefined ? '' : `/modules/${moduleId}`}`;
  async function client(moduleId?: string, overWebSockets = false, key = moduleId === undefined ? deviceKey : moduleKey): Promise<AnyClient> {
    const made = await amqpClient(hub, { deviceId: 'dev-1', ...(moduleId === undefined ? {} : { moduleId }), key }, overWebSockets);
    clients.push(made);
    return made;
  }

  for (const [who, moduleId, overWebSockets] of [
    ['a device', undefined, false],
    ['a device over WebSockets', undefined, true],
    ['a module', 'mod=1', false],
    ['a module over WebSockets', 'mod=1', true],
  ] as const) {
    it(`carries the twin of ${who} both ways`, async () => {
      await hub.call('PATCH', twinPath(moduleId), { body: { properties: { desired: { before: 1 } } } });
      const twin = await (await client(moduleId, overWebSockets)).getTwin();
      assert.equal(twin.properties.desired.before, 1);
      const patches: unknown[] = [];
      twin.on('properties.desired', (patch: unknown) => patches.push(patch));
      await report(twin, { a: { b: 1 }, gone: 2 });
      await report(twin, { gone: null });
      const { body } = await hub.call('GET', twinPath(moduleId));
      assert.deepEqual(body.properties.reported.a, { b: 1 });
      assert.equal('gone' in body.properties.reported, false);
      assert.equal(body.properties.reported.$version, 3);
      assert.equal(body.connectionState, 'Connected');
      await eventually(async () => (await hub.call('GET', '/$lab/v1/connections')).body[0].subscriptions.includes('/notifications/twin/properties/desired'), 'the subscription');
      patches.length = 0;
      await hub.call('PATCH', twinPath(moduleId), { body: { properties: { desired: { before: null, after: 'x' } } } });
      assert.deepEqual(await eventually(() => patches[0], 'the patch'), { before: null, after: 'x', $version: 3 });
    });

    it(`calls methods of ${who}`, async () => {
      const called = await client(moduleId, overWebSockets);
      const answer = (request?: DeviceMethodRequest, response?: DeviceMethodResponse): void => {
        void response?.send(207, { got: request?.payload as unknown });
      };
      if ('onDeviceMethod' in called) called.onDeviceMethod('go', answer);
      else called.onMethod('go', answer);
      const service = openServiceClient(hub);
      const call = { methodName: 'go', payload: { a: [1] }, connectTimeoutInSeconds: 5, responseTimeoutInSeconds: 5 };
      const { result } = moduleId === undefined ? await service.invokeDeviceMethod('dev-1', call) : await service.invokeDeviceMethod('dev-1', moduleId, call);
      assert.deepEqual(result, { status: 207, payload: { got: { a: [1] } } });
    });

    it(`takes telemetry of ${who}`, async () => {
      const message = new azureIotCommon.Message(JSON.stringify({ n: 1 }));
      message.messageId = 'm-1';
      message.contentType = 'application/json' as never;
      message.contentEncoding = 'utf-8' as never;
      message.properties.add('kind', 'test');
      const sender = await client(moduleId, overWebSockets);
      await sender.sendEvent(message);
      const { body } = await hub.call('GET', '/$lab/v1/telemetry?deviceId=dev-1');
      const last = body.messages.at(-1);
      assert.equal(last.moduleId, moduleId);
      assert.equal(last.body, '{"n":1}');
      assert.deepEqual(last.properties, { kind: 'test', '$.mid': 'm-1', '$.ct': 'application/json', '$.ce': 'utf-8' });
    });
  }

  it('takes messages of an output, and listens for messages to the device and the module', async () => {
    const module = (await client('mod=1')) as ModuleClient;
    await module.sendOutputEvent('out', new azureIotCommon.Message('x'));
    assert.equal((await hub.call('GET', '/$lab/v1/telemetry?moduleId=mod=1')).body.messages.at(-1).properties['$.on'], 'out');
    module.on('inputMessage', () => undefined);
    (await client()).on('message', () => undefined);
    const subscriptions = async (): Promise<string[]> => (await hub.call('GET', '/$lab/v1/connections')).body.flatMap((c: { subscriptions: string[] }) => c.subscriptions).sort();
    assert.deepEqual(await eventually(async () => (await subscriptions()).length === 2 && subscriptions(), 'the links'), ['/messages/devicebound', '/messages/events']);
  });

  const refused: [string, () => Promise<AnyClient>, RegExp][] = [
    ['a wrong key', () => client(undefined, false, moduleKey), /wrong key/],
    ['a wrong key of a module', () => client('mod=1', false, deviceKey), /wrong key/],
    ['a wrong key over WebSockets', () => client(undefined, true, moduleKey), /wrong key/],
    ['a device that is not there', async () => amqpClient(hub, { deviceId: 'nobody', key: deviceKey }), /Device nobody at IotHub lab-hub not registered/],
    ['a module that is not there', async () => amqpClient(hub, { deviceId: 'dev-1', moduleId: 'none', key: deviceKey }), /Device dev-1\/none at IotHub lab-hub not registered/],
    ['a disabled device', async () => {
      await hub.call('PUT', '/devices/dev-1', { ifMatch: '*', body: { status: 'disabled', authentication: (await hub.call('GET', '/devices/dev-1')).body.authentication } });
      return client();
    }, /not registered/],
  ];
  for (const [what, make, message] of refused) {
    it(`refuses ${what}`, async () => {
      const made = await make();
      clients.push(made);
      await assert.rejects(made.open(), (error: Error) => error.name === 'UnauthorizedError' && message.test(error.message));
    });
  }

  it('takes a device by its certificate, and no other by that', async () => {
    const certificate = await hub.issue('x-1');
    const thumbprint = new X509Certificate(certificate.cert).fingerprint.replaceAll(':', '');
    for (const [deviceId, primaryThumbprint] of [['x-1', thumbprint], ['x-2', 'A'.repeat(40)]] as const) {
      await hub.call('PUT', `/devices/${deviceId}`, { body: { deviceId, authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint } } } });
    }
    const good = await amqpClientWithCertificate(hub, 'x-1', certificate);
    clients.push(good);
    await good.sendEvent(new azureIotCommon.Message('by certificate'));
    assert.equal((await hub.call('GET', '/$lab/v1/telemetry?deviceId=x-1')).body.messages.at(-1).body, 'by certificate');
    const bad = await amqpClientWithCertificate(hub, 'x-2', certificate);
    clients.push(bad);
    await assert.rejects(bad.sendEvent(new azureIotCommon.Message('no')), (error: Error) => error.name === 'UnauthorizedError');
    assert.equal((await hub.call('GET', '/$lab/v1/telemetry?deviceId=x-2')).body.messages.length, 0);
    for (const id of ['x-1', 'x-2']) await hub.call('DELETE', `/devices/${id}`);
  });

  it('informs a client that a rule throttles', async () => {
    const twin = await (await client()).getTwin();
    await hub.call('POST', '/$lab/v1/rules', { body: { operation: 'device-twin-update', count: 1, action: { kind: 'throttle' } } });
    await assert.rejects(report(twin, { a: 1 }), /The request has been throttled/);
    await report(twin, { a: 1 });
    await assert.rejects(report(twin, { 'a.b': 1 }), /could not update twin reported properties/);
  });

  it('ends the connection of a device that is dropped, and shows it', async () => {
    const dropped = await client();
    const gone = new Promise((resolve) => dropped.on('disconnect', resolve));
    await dropped.getTwin();
    assert.deepEqual((await hub.call('POST', '/$lab/v1/drop', { body: { deviceId: 'dev-1' } })).body, { dropped: true });
    await gone;
    assert.equal((await hub.call('GET', '/twins/dev-1')).body.connectionState, 'Disconnected');
  });
});
