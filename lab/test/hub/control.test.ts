import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rawMqtt } from './support/raw-mqtt.js';
import { signSas } from './support/sign.js';
import { eventually, HOSTNAME, startTestHub, type TestHub } from './support/test-hub.js';

describe('lab hub, control API', () => {
  let hub: TestHub;
  let key: string;
  let time = 0;
  /** The time of the hub's clock, for limits that depend on time. */
  let stands: number | undefined;

  before(async () => {
    hub = await startTestHub({ connectionStateLagMs: 0 }, { now: () => (stands ?? Date.now()) + time });
    key = (await hub.call('PUT', '/devices/c', { body: {} })).body.authentication.symmetricKey.primaryKey;
  });
  after(() => hub.stop());
  afterEach(async () => {
    await hub.call('DELETE', '/$lab/v1/rules');
    await hub.call('PUT', '/$lab/v1/settings', { body: { connectionStateLagMs: 0, realLimits: false } });
  });

  const rule = (body: object) => hub.call('POST', '/$lab/v1/rules', { body });
  const connect = () => rawMqtt(hub, { deviceId: 'c', password: signSas(`${HOSTNAME}/devices/c`, { key }) });

  it('wants a policy with all rights', async () => {
    for (const policy of ['service', 'device', 'registryReadWrite']) assert.equal((await hub.call('GET', '/$lab/v1/status', { policy })).status, 401);
    assert.equal((await hub.call('GET', '/$lab/v1/status', { authorization: undefined })).status, 401);
    assert.equal((await hub.call('GET', '/$lab/v1/nothing')).status, 404);
  });

  it('makes a policy that can do what its rights say', async () => {
    const policy = { name: 'mine', rights: ['RegistryRead', 'ServiceConnect'] };
    const made = await hub.call('POST', '/$lab/v1/policies', { body: policy });
    assert.equal(made.status, 201);
    const authorization = `${signSas(HOSTNAME, { key: made.body.key })}&skn=mine`;
    assert.equal((await hub.call('GET', '/devices/c', { authorization })).status, 200);
    assert.equal((await hub.call('PUT', '/devices/d', { authorization, body: {} })).status, 401);
    assert.equal((await hub.call('POST', '/$lab/v1/policies', { body: policy })).status, 409);
    assert.equal((await hub.call('POST', '/$lab/v1/policies', { body: { name: 'x', rights: ['All'] } })).status, 400);
  });

  it('throttles on request, as many times as the rule says, and only its operation', async () => {
    assert.equal((await rule({ operation: 'twin-read', deviceId: 'c', count: 2, action: { kind: 'throttle', retryAfterSeconds: 3 } })).status, 201);
    for (let i = 0; i < 2; i += 1) {
      const { status, headers, body } = await hub.call('GET', '/twins/c');
      assert.equal(status, 429);
      assert.equal(headers['retry-after'], '3');
      assert.equal(headers['iothub-errorcode'], 'ThrottlingBacklogTimeout');
      assert.match(body.Message, /^ErrorCode:ThrottlingBacklogTimeout;The request has been throttled\. Wait 3 seconds/);
      assert.equal((await hub.call('GET', '/devices/c')).status, 200);
    }
    assert.equal((await hub.call('GET', '/twins/c')).status, 200);
    const { body } = await hub.call('GET', '/$lab/v1/status');
    assert.equal(body.counters['twin-read 429'], 2);
  });

  it('fails, delays and refuses on request', async () => {
    await rule({ operation: 'query', count: 1, action: { kind: 'error', status: 503 } });
    const query = () => hub.call('POST', '/devices/query', { body: { query: 'SELECT * FROM devices' } });
    assert.equal((await query()).status, 503);
    assert.equal((await query()).status, 200);
    await rule({ operation: 'registry-read', count: 1, action: { kind: 'delay', ms: 200 } });
    const started = Date.now();
    assert.equal((await hub.call('GET', '/devices/c')).status, 200);
    assert.ok(Date.now() - started >= 195);
    const { body: refusal } = await rule({ operation: 'registry-read', action: { kind: 'refuse' } });
    await assert.rejects(hub.call('GET', '/devices/c'), /socket hang up|ECONNRESET/);
    assert.equal((await hub.call('DELETE', `/$lab/v1/rules/${refusal.id}`)).status, 204);
    await rule({ operation: 'registry-write', count: 1, action: { kind: 'lose' } });
    await assert.rejects(hub.call('PUT', '/devices/lost', { body: {} }), /socket hang up|ECONNRESET/);
    assert.equal((await hub.call('GET', '/devices/lost')).status, 200, 'it took effect');
    assert.equal((await hub.call('GET', '/devices/c')).status, 200);
  });

  it('finds the device of a rule among those of a bulk request', async () => {
    await rule({ deviceId: 'c', action: { kind: 'error', status: 503 } });
    const read = (...ids: string[]) => hub.call('POST', '/devices', { body: ids.map((id) => ({ id, importMode: 'createOrUpdate' })) });
    assert.equal((await read('other', 'c')).status, 503);
    assert.equal((await hub.call('GET', '/devices/other')).status, 404, 'nothing of the request was done');
    assert.equal((await read('other')).status, 200);
    await hub.call('DELETE', '/devices/other');
  });

  it('refuses rules that it does not understand', async () => {
    for (const body of [{}, { action: { kind: 'x' } }, { operation: 'nope', action: { kind: 'refuse' } }, { action: { kind: 'delay' } }, { count: 0, action: { kind: 'refuse' } }]) assert.equal((await rule(body)).status, 400);
  });

  it('applies its rules to MQTT too', async () => {
    await rule({ operation: 'mqtt-connect', count: 1, action: { kind: 'throttle' } });
    const client = await connect();
    assert.equal((await client.next('connack')).returnCode, 3);
    await rule({ operation: 'mqtt-connect', count: 1, action: { kind: 'refuse' } });
    const second = await connect();
    await second.untilClosed();
    assert.equal(second.received.length, 0);
    await rule({ operation: 'device-twin-read', count: 1, action: { kind: 'throttle' } });
    const third = await connect();
    await third.next('connack');
    third.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$iothub/twin/res/#', qos: 0 }] });
    third.send({ cmd: 'publish', topic: '$iothub/twin/GET/?$rid=1', payload: '', qos: 0, dup: false, retain: false });
    assert.equal((await third.next('publish')).topic, '$iothub/twin/res/429/?$rid=1');
    third.destroy();
  });

  it('applies the S1 limits when asked', async () => {
    const query = () => hub.call('POST', '/devices/query', { body: { query: 'SELECT deviceId FROM devices' } });
    stands = Date.now();
    await hub.call('PUT', '/$lab/v1/settings', { body: { realLimits: true } });
    const statuses: number[] = [];
    for (let i = 0; i < 22; i += 1) statuses.push((await query()).status);
    assert.deepEqual([statuses.filter((s) => s === 200).length, statuses.at(-1)], [20, 429]);
    assert.equal((await query()).headers['retry-after'], '3');
    time += 3000;
    assert.equal((await query()).status, 200);
    assert.equal((await query()).status, 429);
    const bulk = (count: number, from: number) => hub.call('POST', '/devices', { body: Array.from({ length: count }, (_, i) => ({ id: `limit-${from + i}`, importMode: 'create' })) });
    assert.equal((await bulk(99, 0)).status, 200);
    assert.equal((await bulk(2, 99)).status, 429, 'each device counts');
    assert.equal((await hub.call('GET', '/devices/limit-0')).status, 200);
    assert.equal((await hub.call('GET', '/devices/limit-0')).status, 429, 'with the registry together');
    stands = undefined;
  });

  it('shows connectionState late, or never', async () => {
    const state = async (): Promise<string> => (await hub.call('GET', '/twins/c')).body.connectionState;
    await eventually(async () => (await state()) === 'Disconnected', 'the start');
    await hub.call('PUT', '/$lab/v1/settings', { body: { connectionStateLagMs: 60_000 } });
    const client = await connect();
    await client.next('connack');
    assert.equal(await state(), 'Disconnected');
    time += 60_001;
    assert.equal(await state(), 'Connected');
    client.destroy();
    await eventually(async () => (await hub.call('GET', '/$lab/v1/connections')).body.length === 0, 'the end');
    assert.equal(await state(), 'Connected');
    time += 60_001;
    assert.equal(await state(), 'Disconnected');
    await hub.call('PUT', '/$lab/v1/settings', { body: { connectionStateLagMs: null } });
    const again = await connect();
    await again.next('connack');
    time += 3_000_000;
    assert.equal(await state(), 'Disconnected');
    again.destroy();
  });
});

describe('lab hub, memory', () => {
  let hub: TestHub;
  beforeEach(async () => {
    hub = await startTestHub();
  });
  afterEach(() => hub.stop());

  it('survives a restart with devices, modules, twins and keys', async () => {
    await hub.call('PUT', '/devices/keep', { body: { capabilities: { iotEdge: true } } });
    await hub.call('PUT', '/devices/drop', { body: {} });
    await hub.call('PATCH', '/twins/keep/modules/$edgeAgent', { body: { properties: { desired: { a: { b: 1 } } } } });
    await hub.call('DELETE', '/devices/drop');
    const paths = ['/devices/keep', '/devices/keep/modules', '/twins/keep', '/twins/keep/modules/$edgeAgent', '/devices'];
    const before = await Promise.all(paths.map(async (path) => (await hub.call('GET', path)).body));
    await hub.restart();
    await hub.restart();
    assert.deepEqual(await Promise.all(paths.map(async (path) => (await hub.call('GET', path)).body)), before);
  });

  it('drops an incomplete last line and goes on', async () => {
    await hub.call('PUT', '/devices/a', { body: {} });
    const file = join(hub.config.dataDir, 'identities.jsonl');
    await hub.hub.close();
    appendFileSync(file, '{"k":"b","v":{"devi');
    await hub.restart();
    assert.deepEqual((await hub.call('GET', '/devices')).body.map((d: { deviceId: string }) => d.deviceId), ['a']);
    await hub.call('PUT', '/devices/c', { body: {} });
    await hub.restart();
    assert.equal((await hub.call('GET', '/devices')).body.length, 2);
  });

  it('keeps its file for the owner only, and small', async () => {
    const file = join(hub.config.dataDir, 'identities.jsonl');
    await hub.call('PUT', '/devices/a', { body: {} });
    for (let i = 0; i < 20; i += 1) await hub.call('PATCH', '/twins/a', { body: { tags: { i } } });
    await hub.restart();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 1);
  });

  it('loses at most 100 ms to kill -9, nothing to SIGTERM', async () => {
    await hub.hub.close();
    const config = join(hub.config.dataDir, '..', 'hub.json');
    writeFileSync(config, JSON.stringify(hub.config));
    const ids = async (): Promise<string[]> => (await hub.call('GET', '/devices')).body.map((d: { deviceId: string }) => d.deviceId);
    for (const [signal, wait, id] of [['SIGKILL', 150, 'killed'], ['SIGTERM', 0, 'ended']] as const) {
      const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/hub/main.js', import.meta.url)), '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = new Promise((resolve) => child.once('exit', resolve));
      const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
      const { httpsPort } = JSON.parse(line) as { httpsPort: number };
      const created = await hub.callAt(httpsPort, 'PUT', `/devices/${id}`, { body: {} });
      assert.equal(created.status, 200);
      await new Promise((resolve) => setTimeout(resolve, wait));
      child.kill(signal);
      assert.equal(await exited, signal === 'SIGTERM' ? 0 : null);
    }
    await hub.restart();
    assert.deepEqual(await ids(), ['killed', 'ended']);
  });
});
