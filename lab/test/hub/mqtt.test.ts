import assert from 'node:assert/strict';
import { rawMqtt, type RawMqtt, type RawOptions } from './support/raw-mqtt.js';
import { signSas } from './support/sign.js';
import { eventually, HOSTNAME, startTestHub, type TestHub } from './support/test-hub.js';

describe('lab hub, MQTT', () => {
  let hub: TestHub;
  let key: string;
  const clients: RawMqtt[] = [];

  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());
  beforeEach(async () => {
    key = (await hub.call('PUT', '/devices/m', { body: { deviceId: 'm' } })).body.authentication.symmetricKey.primaryKey;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await hub.call('DELETE', '/devices/m');
  });

  async function connect(options: Partial<RawOptions> = {}, ttlSeconds = 3600): Promise<RawMqtt> {
    const client = await rawMqtt(hub, { deviceId: 'm', password: signSas(`${HOSTNAME}/devices/m`, { key, ttlSeconds }), ...options });
    clients.push(client);
    return client;
  }
  async function connected(options: Partial<RawOptions> = {}, ttlSeconds?: number): Promise<RawMqtt> {
    const client = await connect(options, ttlSeconds);
    assert.equal((await client.next('connack')).returnCode, 0);
    return client;
  }
  async function subscribe(client: RawMqtt, topic: string, qos: 0 | 1 | 2 = 0): Promise<number> {
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] });
    return (await client.next('suback')).granted[0] as number;
  }
  const publish = (client: RawMqtt, topic: string, payload = '', qos: 0 | 1 | 2 = 0): void =>
    client.send({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId: 7 });

  for (const topic of ['$iothub/twin/res/#', '$iothub/twin/PATCH/properties/desired/#', '$iothub/methods/POST/#', 'devices/m/messages/devicebound/#']) {
    it(`lets it listen to ${topic}`, async () => {
      assert.equal(await subscribe(await connected(), topic, 2), 1);
    });
  }

  for (const topic of ['#', 'devices/other/messages/devicebound/#', '$iothub/twin/res/200', 'devices/m/messages/events/#', 'devices/m/inputs/#']) {
    it(`ends the connection that listens to ${topic}`, async () => {
      const client = await connected();
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] });
      await client.untilClosed();
    });
  }

  for (const topic of ['hello', 'devices/other/messages/events/', 'devices/m/modules/x/messages/events/', '$iothub/twin/GET/', '$iothub/twin/PATCH/properties/desired/?$rid=1', '$iothub/methods/res/abc/?$rid=1']) {
    it(`ends the connection that publishes to ${topic}`, async () => {
      const client = await connected();
      publish(client, topic);
      await client.untilClosed();
    });
  }

  it('ends the connection at QoS 2, at 256 KiB, at a first packet that is not CONNECT', async () => {
    const second = await connected();
    publish(second, 'devices/m/messages/events/', 'x', 2);
    await second.untilClosed();
    const large = await connected();
    publish(large, 'devices/m/messages/events/', 'x'.repeat(256 * 1024 + 1));
    await large.untilClosed();
  });

  it('answers bad reported properties with 400 and changes nothing', async () => {
    const client = await connected();
    await subscribe(client, '$iothub/twin/res/#');
    for (const body of ['{"a.b":1}', 'no json', '[1]']) {
      publish(client, '$iothub/twin/PATCH/properties/reported/?$rid=9', body);
      const answer = await client.next('publish');
      assert.equal(answer.topic, '$iothub/twin/res/400/?$rid=9');
      assert.equal((JSON.parse(answer.payload.toString()) as { errorCode: number }).errorCode, 400000);
    }
    assert.equal((await hub.call('GET', '/twins/m')).body.properties.reported.$version, 1);
  });

  it('keeps the subscriptions of a lasting session', async () => {
    const first = await connected({ clean: false });
    await subscribe(first, '$iothub/twin/PATCH/properties/desired/#');
    first.destroy();
    await eventually(async () => (await hub.call('GET', '/$lab/v1/connections')).body.length === 0, 'the end');
    const second = await connect({ clean: false });
    assert.equal((await second.next('connack')).sessionPresent, true);
    await hub.call('PATCH', '/twins/m', { body: { properties: { desired: { a: 1 } } } });
    const message = await second.next('publish');
    assert.equal(message.topic, '$iothub/twin/PATCH/properties/desired/?$version=2');
    assert.equal(message.payload.toString(), '{"a":1,"$version":2}');
    second.destroy();
    const third = await connect({ clean: true });
    assert.equal((await third.next('connack')).sessionPresent, false);
  });

  it('drops the connection when its token expires', async () => {
    const client = await connected({}, 2);
    await client.untilClosed(4000);
  });

  it('drops a client that says nothing for 1.5 times its keep-alive, not one that pings', async () => {
    const client = await connected({ keepalive: 1 });
    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
    const started = Date.now();
    await client.untilClosed(4000);
    assert.ok(Date.now() - started > 1300);
  });

  const ends: [string, () => Promise<unknown>][] = [
    ['deleted', () => hub.call('DELETE', '/devices/m')],
    ['disabled', async () => hub.call('PUT', '/devices/m', { ifMatch: '*', body: { status: 'disabled', authentication: (await hub.call('GET', '/devices/m')).body.authentication } })],
    ['given other keys', () => hub.call('PUT', '/devices/m', { ifMatch: '*', body: {} })],
    ['dropped by the control API', () => hub.call('POST', '/$lab/v1/drop', { body: { deviceId: 'm' } })],
  ];
  for (const [what, act] of ends) {
    it(`drops the connection of a device that is ${what}`, async () => {
      const client = await connected();
      await act();
      await client.untilClosed();
      if (what === 'deleted') await hub.call('PUT', '/devices/m', { body: {} });
    });
  }

  it('keeps the connection when an update leaves the keys alone', async () => {
    const client = await connected();
    const { body } = await hub.call('GET', '/devices/m');
    assert.equal((await hub.call('PUT', '/devices/m', { ifMatch: '*', body: { authentication: body.authentication } })).status, 200);
    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
  });

  it('leaves the twin as a killed device left it', async () => {
    const client = await connected();
    await subscribe(client, '$iothub/twin/res/#');
    publish(client, '$iothub/twin/PATCH/properties/reported/?$rid=1', '{"lastDesiredStatus":{"code":200}}');
    assert.equal((await client.next('publish')).topic, '$iothub/twin/res/204/?$rid=1&$version=2');
    client.destroy();
    const twin = await eventually(async () => {
      const { body } = await hub.call('GET', '/twins/m');
      return body.connectionState === 'Disconnected' && body;
    }, 'the disconnect');
    assert.equal(twin.properties.reported.lastDesiredStatus.code, 200);
  });

  describe('direct methods', () => {
    const call = (body: object) => hub.call('POST', '/twins/m/methods', { body: { methodName: 'go', ...body } });

    it('waits for the device to come, and for its subscription', async () => {
      const pending = call({ connectTimeoutInSeconds: 10 });
      const client = await connected();
      await subscribe(client, '$iothub/methods/POST/#');
      const message = await client.next('publish');
      const rid = message.topic.split('$rid=')[1] ?? '';
      assert.equal(message.topic, `$iothub/methods/POST/go/?$rid=${rid}`);
      publish(client, `$iothub/methods/res/207/?$rid=${rid}`, '{"a":[1]}');
      assert.deepEqual((await pending).body, { status: 207, payload: { a: [1] } });
    });

    const nested = (body: { Message: string }): { errorCode: number } => JSON.parse(body.Message) as { errorCode: number };

    it('answers 404 for a device that is not there or does not listen, 504 when it says nothing', async function () {
      this.timeout(10_000);
      const offline = await call({});
      assert.equal(offline.status, 404);
      assert.equal(offline.headers['iothub-errorcode'], 'DeviceNotOnline');
      assert.equal(nested(offline.body).errorCode, 404103);
      const client = await connected();
      assert.equal((await call({})).status, 404);
      await subscribe(client, '$iothub/methods/POST/#');
      const silent = await call({ responseTimeoutInSeconds: 5 });
      assert.equal(silent.status, 504);
      assert.equal(nested(silent.body).errorCode, 504101);
    });

    it('answers at once when the device goes in the middle', async () => {
      const client = await connected();
      await subscribe(client, '$iothub/methods/POST/#');
      const pending = call({ responseTimeoutInSeconds: 60 });
      await client.next('publish');
      client.destroy();
      const { status, body } = await pending;
      assert.equal(status, 404);
      assert.equal(nested(body).errorCode, 404104);
    });

    it('checks its arguments', async () => {
      for (const body of [{ methodName: '' }, { responseTimeoutInSeconds: 4 }, { responseTimeoutInSeconds: 301 }, { connectTimeoutInSeconds: 301 }]) assert.equal((await call(body)).status, 400);
      assert.equal((await hub.call('POST', '/twins/nobody/methods', { body: { methodName: 'go' } })).status, 404);
    });
  });
});
