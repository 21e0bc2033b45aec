import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import rhea, { type Connection } from 'rhea';
import { attachReceiver, attachSender, beginSession, openAmqp, openCbs, sendAndSettle } from './support/raw-amqp.js';
import { signSas } from './support/sign.js';
import { eventually, HOSTNAME, startTestHub, type HttpAnswer, type TestHub } from './support/test-hub.js';

const AGENT = '/devices/gw/modules/%24edgeAgent';
const data = (text: string): unknown => rhea.message.data_section(Buffer.from(text));

describe('lab hub, AMQP', () => {
  let hub: TestHub;
  const keys: Record<string, string> = {};
  const connections: Connection[] = [];

  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());
  beforeEach(async () => {
    for (const deviceId of ['gw', 'leaf']) {
      keys[deviceId] = (await hub.call('PUT', `/devices/${deviceId}`, { body: { deviceId, capabilities: { iotEdge: deviceId === 'gw' } } })).body.authentication.symmetricKey.primaryKey;
    }
    keys['gw/$edgeAgent'] = (await hub.call('GET', '/devices/gw/modules/$edgeAgent')).body.authentication.symmetricKey.primaryKey;
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await hub.call('DELETE', '/$lab/v1/rules');
    for (const deviceId of ['gw', 'leaf']) await hub.call('DELETE', `/devices/${deviceId}`);
  });

  const token = (name: string, ttlSeconds = 3600): string => signSas(`${HOSTNAME}/devices/${name.replace('/', '/modules/')}`, { key: keys[name]!, ttlSeconds });
  async function connect(...names: string[]): Promise<Connection> {
    const connection = await openAmqp(hub);
    connections.push(connection);
    const put = openCbs(connection);
    for (const name of names) assert.deepEqual(await put(token(name)), { status: 200, description: 'OK' });
    return connection;
  }
  const lost = (connection: Connection): Promise<unknown> => new Promise((resolve) => connection.once('disconnected', resolve));
  const connected = async (): Promise<string[]> =>
    (await hub.call('GET', '/$lab/v1/connections')).body.map((c: { deviceId: string; moduleId?: string; protocol: string }) => `${c.protocol} ${c.deviceId}${c.moduleId === undefined ? '' : `/${c.moduleId}`}`).sort();

  describe('as the .NET SDK speaks it', () => {
    const url = (path: string): string => `amqps://${HOSTNAME}:5671${path}`;
    const settled = (prefix: string): object => ({ snd_settle_mode: 1, rcv_settle_mode: 0, properties: { 'com.microsoft:api-version': '2020-09-30', 'com.microsoft:client-version': '.NET', 'com.microsoft:channel-correlation-id': `${prefix}:${randomUUID()}` } });

    it('answers on the twin links of a module', async () => {
      const session = beginSession(await connect('gw/$edgeAgent'));
      const options = settled('twin');
      const { receiver, messages } = await attachReceiver(session, url(`${AGENT}/twin`), { name: 'TwinReceiverLink', target: 'gw', ...options });
      assert.equal(receiver.snd_settle_mode, 1);
      assert.equal(receiver.source.address, url(`${AGENT}/twin`));
      const sender = await attachSender(session, url(`${AGENT}/twin`), { name: 'TwinSenderLink', source: 'gw', ...options });
      assert.equal(sender.target.address, url(`${AGENT}/twin`));
      const ask = async (operation: string, resource?: string, body?: string): Promise<(typeof messages)[0]> => {
        const id = `${operation}${randomUUID()}`;
        sender.send({ correlation_id: id, message_annotations: { operation, ...(resource === undefined ? {} : { resource, version: null }) }, ...(body === undefined ? {} : { body: data(body) }) } as never);
        return eventually(() => messages.find((message) => message['correlation_id'] === id), `the answer to ${operation}`);
      };
      assert.equal((await ask('PUT', '/notifications/twin/properties/desired'))['message_annotations'].status, 200);
      const twin = await ask('GET');
      assert.equal(twin['message_annotations'].status, 200);
      assert.deepEqual(JSON.parse(twin['body'].content.toString()), { desired: { $version: 1 }, reported: { $version: 1 } });
      assert.deepEqual((await ask('PATCH', '/properties/reported', '{"a":1}'))['message_annotations'], { status: 204, version: 2 });
      const bad = await ask('PATCH', '/properties/reported', '[1]');
      assert.equal(bad['message_annotations'].status, 400);
      assert.equal(JSON.parse(bad['body'].content.toString()).errorCode, 400000);
      assert.equal((await ask('PATCH', '/properties/desired', '{}'))['message_annotations'].status, 400);
      await hub.call('PATCH', '/twins/gw/modules/$edgeAgent', { body: { properties: { desired: { x: 1 } } } });
      const pushed = await eventually(() => messages.find((message) => message['correlation_id'] === undefined), 'the patch');
      assert.equal(pushed['body'].content.toString(), '{"x":1,"$version":2}');
      messages.length = 0;
      assert.equal((await ask('DELETE', '/notifications/twin/properties/desired'))['message_annotations'].status, 200);
      await hub.call('PATCH', '/twins/gw/modules/$edgeAgent', { body: { properties: { desired: { x: 2 } } } });
      assert.equal((await ask('GET'))['message_annotations'].status, 200);
      assert.equal(messages.length, 2);
    });

    it('calls methods with a UUID as correlation id', async () => {
      const session = beginSession(await connect('gw/$edgeAgent'));
      const options = settled('methods');
      const pending = hub.call('POST', '/twins/gw/modules/$edgeAgent/methods', { body: { methodName: 'ping', payload: { a: 1 }, connectTimeoutInSeconds: 5 } });
      const sender = await attachSender(session, url(`${AGENT}/methods/deviceBound`), { name: 'MethodsSenderLink', ...options });
      const { messages } = await attachReceiver(session, url(`${AGENT}/methods/deviceBound`), { name: 'MethodsReceiverLink', ...options });
      const call = await eventually(() => messages[0], 'the call');
      assert.equal(call['application_properties']['IoThub-methodname'], 'ping');
      assert.equal(call['body'].content.toString(), '{"a":1}');
      assert.equal(call['correlation_id'].length, 16);
      sender.send({ correlation_id: call['correlation_id'], application_properties: { 'IoThub-status': rhea.types.wrap_int(207) }, body: data('{"b":2}') });
      assert.deepEqual((await pending).body, { status: 207, payload: { b: 2 } });
    });

    it('takes a batch apart', async () => {
      const sender = await attachSender(beginSession(await connect('leaf')), url('/devices/leaf/messages/events'), { name: 'TelemetrySenderLink' });
      const parts = ['1', '2'].map((n) => rhea.message.encode({ application_properties: { n }, body: data(`batched ${n}`) }));
      assert.equal(await sendAndSettle(sender, rhea.message.encode({ body: rhea.message.data_sections(parts) }), 0x80013700), 'accepted');
      const { body } = await hub.call('GET', '/$lab/v1/telemetry?deviceId=leaf');
      assert.deepEqual(body.messages.slice(-2).map((m: { body: string; properties: object }) => [m.body, m.properties]), [['batched 1', { n: '1' }], ['batched 2', { n: '2' }]]);
    });
  });

  describe('SASL', () => {
    const plain = (username: string, password: string): Promise<Connection> =>
      openAmqp(hub, { username, password }).then((connection) => {
        connections.push(connection);
        return connection;
      });

    it('takes a token by PLAIN', async () => {
      for (const [user, name] of [['leaf@sas.lab-hub', 'leaf'], ['gw/$edgeAgent@sas.lab-hub', 'gw/$edgeAgent']] as const) {
        const session = beginSession(await plain(user, token(name)));
        await attachSender(session, `/devices/${name.replace('/', '/modules/')}/messages/events`);
      }
      const policy = await plain('device@sas.root.lab-hub', signSas(HOSTNAME, { key: hub.key('device'), policy: 'device' }));
      await attachSender(beginSession(policy), '/devices/leaf/messages/events');
    });

    for (const [what, user, password] of [
      ['a wrong key', 'leaf@sas.lab-hub', () => signSas(`${HOSTNAME}/devices/leaf`, { key: keys['gw']! })],
      ['the token of another', 'leaf@sas.lab-hub', () => token('gw')],
      ['another hub', 'leaf@sas.other', () => token('leaf')],
      ['a policy without the right', 'service@sas.root.lab-hub', () => signSas(HOSTNAME, { key: hub.key('service'), policy: 'service' })],
    ] as const) {
      it(`refuses PLAIN with ${what}`, () => assert.rejects(plain(user, password()), /Failed to authenticate: 1/));
    }

    for (const mechanism of ['ANONYMOUS', 'MSSBCBS', 'EXTERNAL']) {
      it(`lets ${mechanism} in, which carries no credential`, async () => {
        const start = (done: (error: undefined, response: string) => void): void => done(undefined, '');
        const connection = await openAmqp(hub, { sasl_mechanisms: { [mechanism]: () => ({ start }) } });
        connections.push(connection);
        await assert.rejects(attachSender(beginSession(connection), '/devices/leaf/messages/events'), /amqp:unauthorized-access/);
        assert.equal((await openCbs(connection)(token('leaf'))).status, 200);
        await attachSender(beginSession(connection), '/devices/leaf/messages/events');
      });
    }
  });

  describe('tokens', () => {
    const refused: [string, () => string, number][] = [
      ['a wrong key', () => signSas(`${HOSTNAME}/devices/leaf`, { key: keys['gw']! }), 401],
      ['an expired token', () => token('leaf', -10), 401],
      ['no token', () => 'hello', 401],
      ['an unknown device', () => signSas(`${HOSTNAME}/devices/nobody`, { key: keys['gw']! }), 404],
      ['an unknown module', () => signSas(`${HOSTNAME}/devices/gw/modules/none`, { key: keys['gw']! }), 404],
      ['a policy without the right', () => signSas(HOSTNAME, { key: hub.key('service'), policy: 'service' }), 401],
    ];
    for (const [what, make, status] of refused) {
      it(`refuses ${what} with ${status}`, async () => {
        const put = openCbs(await connect());
        assert.equal((await put(make())).status, status);
      });
    }

    it('do not open the links of others', async () => {
      const session = beginSession(await connect('gw'));
      await assert.rejects(attachSender(session, '/devices/leaf/messages/events'), /amqp:unauthorized-access/);
      await assert.rejects(attachSender(session, `${AGENT}/messages/events`), /amqp:unauthorized-access/);
      await assert.rejects(attachSender(session, '/devices/nobody/messages/events'), /amqp:not-found/);
      await assert.rejects(attachReceiver(session, `${AGENT}/twin`), /amqp:unauthorized-access/);
      assert.deepEqual(await connected(), []);
    });

    it('of a policy open the links of all', async () => {
      const connection = await connect();
      assert.equal((await openCbs(connection)(signSas(HOSTNAME, { key: hub.key('device'), policy: 'device' }))).status, 200);
      for (const path of ['/devices/leaf', AGENT]) await attachSender(beginSession(connection), `${path}/messages/events`);
      assert.deepEqual(await connected(), ['amqp gw/$edgeAgent', 'amqp leaf']);
    });

    it('end a session when they expire, unless renewed', async () => {
      const connection = await connect();
      const put = openCbs(connection);
      await put(token('leaf', 5));
      await put(token('gw', 5));
      const leaf = await attachSender(beginSession(connection), '/devices/leaf/messages/events');
      const gateway = await attachSender(beginSession(connection), '/devices/gw/messages/events');
      const gone = new Promise((resolve) => leaf.once('sender_error', () => resolve((leaf.error as { condition: string }).condition)));
      await put(token('gw'));
      assert.equal(await gone, 'amqp:unauthorized-access');
      assert.deepEqual(await connected(), ['amqp gw']);
      assert.equal(await sendAndSettle(gateway, { body: data('still here') }), 'accepted');
    }).timeout(20_000);
  });

  describe('a device that is deleted while the hub holds its request back', () => {
    const delay = (operation: string): Promise<HttpAnswer> => hub.call('POST', '/$lab/v1/rules', { body: { operation, count: 1, action: { kind: 'delay', ms: 1000 } } });

    it('does not come back by a link', async () => {
      const connection = await connect('gw', 'leaf');
      const gateway = await attachSender(beginSession(connection), '/devices/gw/messages/events');
      await delay('telemetry');
      const held = sendAndSettle(gateway, { body: data('takes its time') });
      const leaf = beginSession(connection).attach_sender({ target: '/devices/leaf/messages/events' });
      const gone = new Promise((resolve) => leaf.once('sender_error', () => resolve((leaf.error as { condition: string }).condition)));
      await new Promise((resolve) => leaf.once('sender_open', resolve));
      await hub.call('DELETE', '/devices/leaf');
      assert.equal(await held, 'accepted');
      assert.equal(await gone, 'amqp:not-found');
      assert.equal((await hub.call('GET', '/devices/leaf')).status, 404);
    });

    it('does not come back by a report', async () => {
      const session = beginSession(await connect('leaf'));
      const sender = await attachSender(session, '/devices/leaf/twin', { properties: { 'com.microsoft:channel-correlation-id': 'twin:1' } });
      await delay('device-twin-update');
      sender.send({ correlation_id: 'late', message_annotations: { operation: 'PATCH', resource: '/properties/reported', version: null }, body: data('{"a":1}') });
      // The rule is used up and gone: so the report has come, and waits.
      await eventually(async () => (await hub.call('GET', '/$lab/v1/rules')).body.length === 0, 'the report');
      await hub.call('DELETE', '/devices/leaf');
      await eventually(async () => (await hub.call('GET', '/$lab/v1/status')).body.counters['device-twin-update 404'] > 0, 'the refusal of the report');
      assert.equal((await hub.call('GET', '/devices/leaf')).status, 404);
    });
  });

  describe('many identities on one connection', () => {
    it('come and go one by one', async () => {
      const connection = await connect('gw', 'leaf', 'gw/$edgeAgent');
      const sessions = new Map([['/devices/gw', beginSession(connection)], ['/devices/leaf', beginSession(connection)], [AGENT, beginSession(connection)]]);
      const leaf = await attachSender(sessions.get('/devices/leaf')!, '/devices/leaf/messages/events', { name: 'TelemetrySenderLink' });
      for (const path of ['/devices/gw', AGENT]) await attachSender(sessions.get(path)!, `${path}/messages/events`, { name: 'TelemetrySenderLink' });
      assert.deepEqual(await connected(), ['amqp gw', 'amqp gw/$edgeAgent', 'amqp leaf']);
      assert.equal((await hub.call('GET', '/devices/leaf')).body.connectionState, 'Connected');
      leaf.close();
      await eventually(async () => (await connected()).length === 2, 'the end of the leaf');
      assert.equal((await hub.call('GET', '/devices/leaf')).body.connectionState, 'Disconnected');
      // A session may end with its links attached.
      sessions.get(AGENT)!.close();
      await eventually(async () => (await connected()).join() === 'amqp gw', 'the end of the agent');
    });

    for (const [what, act] of [
      ['dropped', () => hub.call('POST', '/$lab/v1/drop', { body: { deviceId: 'leaf' } })],
      ['deleted', () => hub.call('DELETE', '/devices/leaf')],
      ['given other keys', () => hub.call('PUT', '/devices/leaf', { ifMatch: '*', body: {} })],
    ] as [string, () => Promise<HttpAnswer>][]) {
      it(`leaves the others when one is ${what}`, async () => {
        const connection = await connect('gw', 'leaf');
        const gateway = await attachSender(beginSession(connection), '/devices/gw/messages/events');
        const leaf = await attachSender(beginSession(connection), '/devices/leaf/messages/events');
        const gone = new Promise((resolve) => leaf.once('sender_error', () => resolve((leaf.error as { condition: string }).condition)));
        await act();
        assert.equal(await gone, 'amqp:link:detach-forced');
        assert.equal(await sendAndSettle(gateway, { body: data('still here') }), 'accepted');
        const again = attachSender(beginSession(connection), '/devices/leaf/messages/events');
        if (what === 'dropped') await again;
        else await assert.rejects(again, what === 'deleted' ? /amqp:not-found/ : /amqp:unauthorized-access/);
      });
    }
  });

  it('gives an identity over to its newest connection', async () => {
    const first = await connect('leaf');
    await attachSender(beginSession(first), '/devices/leaf/messages/events');
    const gone = lost(first);
    const second = await connect('leaf');
    await attachSender(beginSession(second), '/devices/leaf/messages/events');
    await gone;
    assert.deepEqual(await connected(), ['amqp leaf']);
    assert.equal((await hub.call('GET', '/devices/leaf')).body.connectionState, 'Connected');
  });

  it('refuses addresses that it does not have, in the direction that it does not have', async () => {
    const session = beginSession(await connect('leaf'));
    for (const target of ['/devices/leaf/messages/devicebound', '/devices/leaf/hello', '/messages/events', '$management']) await assert.rejects(attachSender(session, target), /amqp:not-found/);
    for (const source of ['/devices/leaf/messages/events', '/devices/leaf/modules//twin']) await assert.rejects(attachReceiver(session, source), /amqp:not-found/);
  });

  it('keeps what a link has no credit for, and goes on beside it', async () => {
    const session = beginSession(await connect('leaf'));
    const options = { properties: { 'com.microsoft:channel-correlation-id': 'twin:1' } };
    const slow = await attachReceiver(session, '/devices/leaf/twin', { ...options, credit_window: 0 });
    const sender = await attachSender(session, '/devices/leaf/twin', options);
    sender.send({ correlation_id: 'a', message_annotations: { operation: 'GET' } } as never);
    sender.send({ correlation_id: 'b', message_annotations: { operation: 'GET' } } as never);
    const { messages } = await attachReceiver(session, '/devices/leaf/methods/devicebound');
    const call = (): Promise<HttpAnswer> => hub.call('POST', '/twins/leaf/methods', { body: { methodName: 'go', responseTimeoutInSeconds: 5 } });
    const pending = [call()];
    await eventually(() => messages.length === 1, 'the first call');
    assert.equal(slow.messages.length, 0);
    // Credit for one of the two: the other still waits, and blocks nothing.
    slow.receiver.add_credit(1);
    await eventually(() => slow.messages.length === 1, 'the first answer');
    pending.push(call());
    await eventually(() => messages.length === 2, 'the second call');
    slow.receiver.add_credit(1);
    await eventually(() => slow.messages.length === 2, 'the second answer');
    session.connection.close();
    for (const answer of await Promise.all(pending)) assert.equal(answer.status, 404);
  });

  it('rejects a message that is too large, and keeps the link', async () => {
    const sender = await attachSender(beginSession(await connect('leaf')), '/devices/leaf/messages/events');
    assert.equal(sender.max_message_size, 256 * 1024);
    assert.equal(await sendAndSettle(sender, { body: data('x'.repeat(256 * 1024 + 1)) }), 'amqp:link:message-size-exceeded');
    assert.equal(await sendAndSettle(sender, { body: data('x'.repeat(256 * 1024)) }), 'accepted');
  });

  describe('rules', () => {
    const rule = (operation: string, action: object): Promise<HttpAnswer> => hub.call('POST', '/$lab/v1/rules', { body: { operation, deviceId: 'leaf', count: 1, action } });

    it('throttle tokens and messages', async () => {
      const connection = await connect();
      const put = openCbs(connection);
      await rule('amqp-connect', { kind: 'throttle' });
      assert.equal((await put(token('leaf'))).status, 429);
      assert.equal((await put(token('leaf'))).status, 200);
      const sender = await attachSender(beginSession(connection), '/devices/leaf/messages/events');
      await rule('telemetry', { kind: 'throttle' });
      assert.equal(await sendAndSettle(sender, { body: data('1') }), 'com.microsoft:device-container-throttled');
      await rule('telemetry', { kind: 'error', status: 500 });
      assert.equal(await sendAndSettle(sender, { body: data('1') }), 'amqp:internal-error');
      const { counters } = (await hub.call('GET', '/$lab/v1/status')).body;
      assert.ok(counters['amqp-connect 429'] >= 1 && counters['amqp-connect 200'] >= 1 && counters['telemetry 429'] >= 1);
    });

    it('close the connection', async () => {
      const connection = await connect('leaf');
      const sender = await attachSender(beginSession(connection), '/devices/leaf/messages/events');
      await rule('telemetry', { kind: 'refuse' });
      const gone = lost(connection);
      sender.send({ body: data('1') });
      await gone;
      assert.deepEqual(await connected(), []);
    });
  });

  it('stops with connections open that nobody has used', async () => {
    const other = await startTestHub();
    const gone = lost(await openAmqp(other));
    await other.stop();
    await gone;
  });
});
