import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHmac } from 'node:crypto';
import { SecretValue } from '../../../src/identity/secret.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { connectHub } from '../../../src/hub/index.js';
import { caching, defaultCredential } from '../../../src/hub/entra.js';
import type { Hub } from '../../../src/hub/types.js';
import { fail, hostname, json, quickClock, serviceKey, startFakeHub } from './fake-hub.js';
import type { FakeHub } from './fake-hub.js';
import { certificateFor } from './tls.js';

const deviceKey = Buffer.from('canary-key-of-the-device').toString('base64');
const device = (more: object = {}): object => ({
  deviceId: 'gw-01', generationId: '638', etag: 'MQ==', connectionState: 'Disconnected', status: 'enabled', statusReason: null,
  authentication: { type: 'sas', symmetricKey: { primaryKey: deviceKey, secondaryKey: deviceKey } }, capabilities: { iotEdge: true }, ...more,
});

/** The signature that the key gives for the resource and the end that a token names. */
function signatureFor(token: string, key: string): string {
  const [, resource, end] = /sr=([^&]+)&.*se=(\d+)/.exec(token)!;
  return encodeURIComponent(createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${end}`).digest('base64'));
}

describe('Hub', () => {
  let fake: FakeHub;
  let hub: Hub;
  beforeEach(async () => {
    fake = await startFakeHub();
    hub = await fake.connect();
  });
  afterEach(() => fake.close());

  const errorOf = async (work: Promise<unknown>): Promise<EdgeVmError> => {
    const error = await work.then(() => assert.fail('no error'), (e: unknown) => e);
    assert.ok(EdgeVmError.is(error), String(error));
    const all = `${error.message}${error.hint}${JSON.stringify(error.details)}${error.stack}${String(error.cause)}`;
    for (const secret of [serviceKey, deviceKey, 'sr=', 'sig=']) assert.ok(!all.includes(secret), all);
    return error;
  };

  it('signs for the hub with the policy, and keeps the hub\'s name while connecting elsewhere', async () => {
    fake.play = (_, response) => json(response, device());
    await hub.getDevice('gw-01');
    const [{ headers, path, query }] = fake.seen as [FakeHub['seen'][number]];
    assert.equal(path, '/devices/gw-01');
    assert.equal(query.get('api-version'), '2021-04-12');
    assert.equal(headers.host, hostname);
    assert.match(headers.authorization ?? '', /^SharedAccessSignature sr=contoso\.azure-devices\.example&sig=[^&]+&se=\d+&skn=iothubowner$/);
    assert.ok(Number(/se=(\d+)/.exec(headers.authorization ?? '')?.[1]) > Date.now() / 1000 + 600);
  });

  it('sends nothing that the look before each request refuses, also between two requests of one call', async () => {
    fake.play = (_, response) => json(response, device({ parentScopes: [] }));
    let looks = 0;
    const guarded = await fake.connect({ beforeSend: () => {
      if ((looks += 1) > 1) throw new EdgeVmError('interrupted', 'no more');
    } });
    const error = await errorOf(guarded.setParent('gw-01', 'ms-azure-iot-edge://upper-1'));
    assert.deepEqual([error.code, error.message, fake.seen.map(({ method }) => method)], ['interrupted', 'no more', ['GET']]);
  });

  it('signs with the connection string of the moment, over the same connection, and shows neither key in an error', async () => {
    const other = Buffer.from('canary-key-of-the-hub-9876543210').toString('base64');
    const stringOf = (key: string): SecretValue => new SecretValue(`HostName=${hostname};SharedAccessKeyName=iothubowner;SharedAccessKey=${key}`);
    let current = stringOf(serviceKey);
    const renewed = await fake.connect({ connectionString: () => current });
    fake.play = (_, response) => json(response, device());
    await renewed.getDevice('gw-01');
    current = stringOf(other);
    await renewed.getDevice('gw-01');
    const expected = fake.seen.map(({ headers: { authorization = '' } }) => [serviceKey, other].map((key) => authorization.includes(signatureFor(authorization, key))));
    assert.deepEqual(expected, [[true, false], [false, true]]);
    assert.equal(fake.connections, 1);
    fake.play = (_, response) => response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ Message: `bad ${other}` }));
    const error = await errorOf(renewed.getDevice('gw-01'));
    assert.ok(!`${error.message}${error.hint}${JSON.stringify(error.details)}`.includes(other));
  });

  it('reads a device with its key as a secret; a device that is not there is undefined', async () => {
    fake.play = (_, response) => json(response, device());
    const found = await hub.getDevice('gw-01');
    const { primaryKey, ...rest } = found!;
    assert.deepEqual(rest, { deviceId: 'gw-01', edgeEnabled: true, status: 'enabled', authType: 'sas', generationId: '638', etag: 'MQ==', connectionState: 'Disconnected' });
    assert.equal(primaryKey?.reveal(), deviceKey);
    assert.ok(!JSON.stringify(found).includes(deviceKey));
    fake.play = (_, response) => json(response, device({ capabilities: undefined, status: 'disabled', statusReason: 'lost', authentication: { type: 'selfSigned' } }));
    const other = await hub.getDevice('gw-01');
    assert.deepEqual([other?.edgeEnabled, other?.status, other?.statusReason, other?.authType, other?.primaryKey], [false, 'disabled', 'lost', 'selfSigned', undefined]);
    fake.play = (_, response) => fail(response, 404, 'DeviceNotFound');
    assert.equal(await hub.getDevice('gw-01'), undefined);
    fake.play = (_, response) => fail(response, 404, 'IotHubNotFound');
    assert.equal((await errorOf(hub.getDevice('gw-01'))).code, 'not-found');
  });

  it('sends all calls over one connection', async () => {
    fake.play = (_, response) => json(response, device());
    for (let i = 0; i < 10; i += 1) await hub.getDevice('gw-01');
    assert.deepEqual({ server: fake.connections, ...hub.stats, operations: hub.stats.operations?.registry.requests }, { server: 1, requests: 10, connections: 1, operations: 10, trouble: undefined });
  });

  it('creates a device edge-enabled with new keys', async () => {
    fake.play = (_, response) => json(response, device());
    const { created, device: made } = await hub.ensureDevice('gw 01/ü');
    assert.equal(created, true);
    assert.equal(made.primaryKey?.reveal(), deviceKey);
    const [{ method, path, body, headers }] = fake.seen as [FakeHub['seen'][number]];
    assert.deepEqual([method, path, headers['if-match']], ['PUT', '/devices/gw%2001%2F%C3%BC', undefined]);
    const { authentication: { type, symmetricKey }, ...rest } = body as { authentication: { type: string; symmetricKey: Record<string, string> } };
    assert.deepEqual(rest, { deviceId: 'gw 01/ü', status: 'enabled', capabilities: { iotEdge: true } });
    const keys = [symmetricKey['primaryKey'], symmetricKey['secondaryKey']];
    assert.deepEqual([type, ...keys.map((key) => Buffer.from(key!, 'base64').length), new Set(keys).size], ['sas', 32, 32, 2]);
  });

  it('knows the device as its own if the answer to the first attempt was lost', async () => {
    let stored: object | undefined;
    hub = await fake.connect({ clock: quickClock() });
    fake.play = (seen, response, count) => {
      if (seen.method === 'GET') json(response, stored);
      else if (stored !== undefined) fail(response, 409, 'DeviceAlreadyExists');
      else {
        stored = device(seen.body as object);
        assert.equal(count, 1);
        response.destroy();
      }
    };
    assert.equal((await hub.ensureDevice('gw-01')).created, true);
    assert.equal((await hub.ensureDevice('gw-01')).created, false);
  });

  it('adopts a device that is there already, edge-enabled or not', async () => {
    fake.play = (seen, response) => (seen.method === 'PUT' ? fail(response, 409, 'DeviceAlreadyExists') : json(response, device({ capabilities: { iotEdge: false } })));
    const { created, device: found } = await hub.ensureDevice('gw-01', { tags: { site: 'a' } });
    assert.deepEqual([created, found.edgeEnabled], [false, false]);
    assert.deepEqual(fake.seen.map((s) => s.method), ['PUT', 'GET'], 'no tags on what is not an edge device');
  });

  it('writes tags only where they differ', async () => {
    const tags: Record<string, unknown> = { site: 'a' };
    fake.play = (seen, response) => {
      if (seen.path.startsWith('/devices/')) json(response, device());
      else json(response, { deviceId: 'gw-01', etag: 'AAA=', tags, properties: {} });
    };
    await hub.ensureDevice('gw-01', { tags: { site: 'a' } });
    assert.deepEqual(fake.seen.map((s) => s.method), ['PUT', 'GET']);
    await hub.ensureDevice('gw-01', { tags: { site: 'b' } });
    assert.equal(fake.seen.at(-1)?.method, 'PATCH');
    assert.deepEqual(fake.seen.at(-1)?.body, { tags: { site: 'b' } });
  });

  it('removes tags that are there and to go, and no others', async () => {
    fake.play = (seen, response) => (seen.path.startsWith('/devices/') ? json(response, device()) : json(response, { deviceId: 'gw-01', etag: 'AAA=', tags: { site: 'a', line: '7', of: 'others' }, properties: {} }));
    await hub.ensureDevice('gw-01', { removedTags: ['gone'] });
    assert.deepEqual(fake.seen.map((s) => s.method), ['PUT', 'GET'], 'nothing to remove');
    await hub.ensureDevice('gw-01', { removedTags: ['line', 'gone'] });
    assert.deepEqual(fake.seen.at(-1)?.body, { tags: { line: null } });
  });

  it('creates a device with its parent, and sets one with all else as it was', async () => {
    const wire = device({ parentScopes: [], deviceScope: 'ms-azure-iot-edge://gw-01-1' });
    fake.play = (_, response) => json(response, wire);
    await hub.ensureDevice('gw-01', { parentScope: 'ms-azure-iot-edge://gw-00-1' });
    assert.deepEqual((fake.seen[0]!.body as Record<string, unknown>)['parentScopes'], ['ms-azure-iot-edge://gw-00-1']);
    await hub.setParent('gw-01', 'ms-azure-iot-edge://gw-00-1');
    const { method, headers, body } = fake.seen.at(-1)!;
    assert.deepEqual([method, headers['if-match']], ['PUT', '"*"']);
    const { parentScopes, authentication, capabilities } = body as Record<string, unknown>;
    assert.deepEqual([parentScopes, capabilities], [['ms-azure-iot-edge://gw-00-1'], { iotEdge: true }]);
    assert.equal((authentication as { symmetricKey: { primaryKey: string } }).symmetricKey.primaryKey, deviceKey);
  });

  it('deletes a device again that it made and may not tag', async () => {
    fake.play = (seen, response) => {
      if (seen.path.startsWith('/twins/')) fail(response, 401, 'IotHubUnauthorizedAccess');
      else if (seen.method === 'DELETE') response.writeHead(204).end();
      else json(response, device());
    };
    await assert.rejects(hub.ensureDevice('gw-01', { tags: { site: 'a' } }), /does not allow/);
    assert.deepEqual(fake.seen.map((s) => s.method), ['PUT', 'GET', 'DELETE']);
  });

  it('deletes a device and says whether it was there', async () => {
    fake.play = (_, response) => response.writeHead(204).end();
    assert.equal(await hub.deleteDevice('gw-01'), true);
    assert.equal(fake.seen[0]?.headers['if-match'], '"*"');
    fake.play = (_, response) => fail(response, 404, 'DeviceNotFound');
    assert.equal(await hub.deleteDevice('gw-01'), false);
  });

  it('reads $edgeAgent\'s twin as it is', async () => {
    const reported = { lastDesiredStatus: { code: 417 }, $metadata: { $lastUpdated: '2026-01-01T00:00:00Z' }, $version: 4 };
    fake.play = (_, response) => json(response, { deviceId: 'gw-01', moduleId: '$edgeAgent', etag: 'AA', version: 7, connectionState: 'Connected', lastActivityTime: '0001-01-01T00:00:00Z', properties: { desired: { $version: 1 }, reported } });
    assert.deepEqual(await hub.getEdgeAgentTwin('gw-01'), { etag: 'AA', version: 7, connectionState: 'Connected', lastActivityTime: '0001-01-01T00:00:00Z', desired: { $version: 1 }, reported });
    assert.equal(fake.seen[0]?.path, '/twins/gw-01/modules/%24edgeAgent');
    fake.play = (_, response) => fail(response, 404, 'ModuleNotFound');
    assert.equal(await hub.getEdgeAgentTwin('gw-01'), undefined);
  });

  it('pings $edgeAgent; offline and a gateway time-out are answers, not errors, and are not repeated', async () => {
    fake.play = (_, response) => json(response, { status: 200, payload: null });
    assert.deepEqual(await hub.ping('gw-01', { timeoutSeconds: 7 }), { answered: true, status: 200 });
    const { path, body } = fake.seen[0]!;
    assert.equal(path, '/twins/gw-01/modules/%24edgeAgent/methods');
    const { methodName, responseTimeoutInSeconds } = body as Record<string, unknown>;
    assert.deepEqual([methodName, responseTimeoutInSeconds], ['ping', 7]);
    for (const [code, reason] of [[404, 'DeviceNotOnline'], [504, 'GatewayTimeout']] as const) {
      const before = fake.seen.length;
      fake.play = (_, response) => json(response, { Message: JSON.stringify({ errorCode: 404103, message: `${reason}: timed out waiting for device to connect.` }) }, code);
      const result = await hub.ping('gw-01');
      assert.equal(result.answered, false);
      assert.match(result.answered ? '' : result.reason, new RegExp(reason));
      assert.equal(fake.seen.length, before + 1);
    }
  });

  it('queries every page, in several queries when the ids are many', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `${'x'.repeat(60)}'${i}`);
    fake.play = (seen, response) => {
      const asked = [...(seen.body as { query: string }).query.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((m) => m[1]!.replaceAll('\\', '')).slice(1);
      const from = Number(seen.headers['x-ms-continuation'] ?? 0);
      const more: Record<string, string> = from + 30 < asked.length ? { 'x-ms-continuation': String(from + 30) } : {};
      json(response, asked.slice(from, from + 30).map((deviceId) => ({ deviceId, properties: { reported: { $version: 1 } } })), 200, more);
    };
    const got: string[] = [];
    for await (const { deviceId } of hub.queryEdgeAgents(ids)) got.push(deviceId);
    assert.deepEqual(got, ids);
    const queries = new Set(fake.seen.map((s) => (s.body as { query: string }).query));
    assert.ok(queries.size > 1 && [...queries].every((q) => q.length < 7000 && q.includes("moduleId = '$edgeAgent'")));
    assert.equal(fake.seen[0]?.headers['x-ms-max-item-count'], '1000');
    for await (const _ of hub.queryEdgeAgents([])) assert.fail();
  });

  it('queries the twins of several modules of many devices, in queries of the length that the hub takes', async () => {
    const ids = Array.from({ length: 150 }, (_, i) => `${'x'.repeat(60)}${i}`);
    const modules = ['$edgeHub', `filter-${'y'.repeat(1_000)}`];
    fake.play = (seen, response) => {
      const { query } = seen.body as { query: string };
      json(response, ids.filter((id) => query.includes(`'${id}'`)).map((deviceId) => ({ deviceId, moduleId: '$edgeHub', properties: { desired: { routes: {}, $version: 3 } } })));
    };
    const got: string[] = [];
    for await (const { deviceId, moduleId, twin } of hub.queryModules!(modules, ids)) got.push(`${deviceId} ${moduleId} ${twin.desired.$version}`);
    assert.deepEqual(got, ids.map((id) => `${id} $edgeHub 3`));
    const queries = fake.seen.map((seen) => (seen.body as { query: string }).query);
    assert.ok(queries.length > 1 && queries.every((query) => query.length < 6_200), queries.map(({ length }) => length).join());
    assert.ok(queries[0]!.startsWith(`SELECT * FROM devices.modules WHERE moduleId IN ['$edgeHub','filter-`));
  });

  it('names the right that is missing', async () => {
    const calls: [string, () => Promise<unknown>][] = [
      ['RegistryRead', () => hub.getDevice('d')], ['RegistryWrite', () => hub.ensureDevice('d')], ['RegistryWrite', () => hub.deleteDevice('d')],
      ['ServiceConnect', () => hub.getEdgeAgentTwin('d')], ['ServiceConnect', () => hub.ping('d')],
    ];
    fake.play = (_, response, count) => fail(response, count % 2 === 0 ? 401 : 403, 'IotHubUnauthorizedAccess');
    for (const [right, call] of calls) {
      const error = await errorOf(call());
      assert.equal(error.code, 'hub-forbidden');
      assert.ok(error.hint?.includes(right) && error.message.includes('words of the hub'), error.hint);
    }
    assert.equal(fake.seen.length, calls.length);
  });

  it('names the clock as the cause of a refused call if it is wrong, and only then', async () => {
    const ask = async (offset: number): Promise<EdgeVmError> => {
      fake.play = (_, response) => fail(response, 401, 'IotHubUnauthorizedAccess', { Date: new Date(Date.now() + offset).toUTCString() });
      return errorOf(hub.getDevice('gw-01'));
    };
    const behind = await ask(3_600_000);
    assert.equal(behind.code, 'hub-forbidden');
    assert.match(behind.message, /clock of this machine is 3\d\d\d s behind/);
    assert.match(behind.hint ?? '', /Set the clock/);
    assert.match((await ask(0)).hint ?? '', /RegistryRead/);
  });

  for (const [title, code, body, words] of [
    ['a firewall\'s page', 403, '<html>Access denied</html>', /answers with HTTP 403, but not as an IoT hub/], ['a web server\'s page', 404, '<html>Not found</html>', /answers with HTTP 404, but not/],
    ['a login page', 302, '<html>', /redirects to https:\/\/login\.example \(HTTP 302\), as a login page does/],
  ] as const) {
    it(`does not accept ${title} as an answer of a hub`, async () => {
      fake.play = (_, response) => void response.writeHead(code, { 'Content-Type': 'text/html', Location: 'https://login.example/?t=CANARY' }).end(body);
      const error = await errorOf(hub.getDevice('gw-01'));
      assert.equal(error.code, 'hub-unreachable');
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /CANARY|html/);
    });
  }

  it('trusts the CA that is given besides those that are trusted here', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'edge-vm-hub-'));
    try {
      writeFileSync(join(folder, 'ca.pem'), fake.endpoint.ca);
      const both = await fake.connect({ endpoint: { ...fake.endpoint, ca: certificateFor('another.example').cert, env: { SSL_CERT_FILE: join(folder, 'ca.pem') } } });
      fake.play = (_, response) => json(response, device());
      assert.equal((await both.getDevice('gw-01'))?.deviceId, 'gw-01');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('shows no key and no signature that a hub repeats', async () => {
    fake.play = (seen, response) => json(response, { Message: `ErrorCode:X;got ${seen.headers.authorization} and ${serviceKey}` }, 401);
    await errorOf(hub.getDevice('d'));
  });

  it('waits as long as 429 asks, and says it is throttled when the deadline is near', async () => {
    const clock = quickClock();
    hub = await fake.connect({ clock });
    fake.play = (_, response, count) => (count <= 2 ? fail(response, 429, 'ThrottlingException', { 'Retry-After': '5' }) : json(response, device()));
    await hub.getDevice('gw-01');
    assert.equal(clock.waited.length, 2);
    assert.ok(clock.waited.every((ms) => ms >= 5000));
    fake.play = (_, response) => fail(response, 429, 'ThrottlingException', { 'Retry-After': '60' });
    const error = await errorOf(hub.getDevice('gw-01'));
    assert.equal(error.code, 'hub-throttled');
    assert.deepEqual(error.details, { status: 429, reason: 'ThrottlingException', retryAfterSeconds: 60 });
    assert.equal(clock.waited.length, 2);
  });

  it('tries again on 5xx and lost connections until its deadline', async () => {
    const clock = quickClock();
    hub = await fake.connect({ clock });
    fake.play = (_, response, count) => (count === 1 ? fail(response, 503, 'ServiceUnavailable') : count === 2 ? void response.destroy() : json(response, device()));
    assert.equal((await hub.getDevice('gw-01'))?.deviceId, 'gw-01');
    fake.play = (_, response) => fail(response, 500, 'ServerError');
    assert.equal((await errorOf(hub.getDevice('gw-01'))).code, 'hub-unreachable');
    const spent = clock.waited.reduce((a, b) => a + b, 0);
    assert.ok(spent > 15_000 && spent < 32_000, String(spent));
  });

  it('ends with its caller while a sign-in hangs, which knows no signal', async () => {
    const waiting = await connectHub({ hostname: 'hub.example.net', tokenCredential: { getToken: () => new Promise(() => undefined) }, endpoint: fake.endpoint });
    assert.equal((await errorOf(waiting.getDevice('d', { signal: AbortSignal.timeout(50) }))).code, 'timed-out');
  });

  it('ends with its caller, also in the middle of an answer', async () => {
    fake.play = (_, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).write('{');
    assert.equal((await errorOf(hub.getDevice('d', { signal: AbortSignal.timeout(50) }))).code, 'timed-out');
    const own = new AbortController();
    setTimeout(() => own.abort(), 50);
    assert.equal((await errorOf(hub.getDevice('d', { signal: own.signal }))).code, 'interrupted');
  });

  it('survives a page that is not from a hub, for which the SDK would throw past every catch', async () => {
    fake.play = (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>portal</html>');
    for (const call of [hub.getDevice('d'), hub.getEdgeAgentTwin('d'), hub.ensureDevice('d'), hub.ping('d')]) {
      const error = await errorOf(call);
      assert.equal(error.code, 'hub-unreachable');
      assert.doesNotMatch(error.message, /portal/);
    }
    fake.play = (_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('null');
    assert.equal((await errorOf(hub.getEdgeAgentTwin('d'))).code, 'hub-unreachable');
  });

  it('says what is wrong with the connection', async () => {
    const stranger = await fake.connect({ endpoint: { url: fake.endpoint.url } });
    const untrusted = await errorOf(stranger.getDevice('d'));
    assert.equal(untrusted.code, 'hub-unreachable');
    assert.match(hintOf(untrusted, 'edge-vm') ?? '', /EDGE_VM_HUB_CA/);
    await fake.close();
    const refused = await errorOf(hub.getDevice('d'));
    assert.match(refused.message, new RegExp(`${hostname}.*(ECONNREFUSED|ECONNRESET)`));
    await assert.rejects(fake.connect({ endpoint: { url: 'http://x' } }), { code: 'invalid-input', message: /endpoint\.url/ });
  });
});

describe('connectHub', () => {
  it('needs a credential', () => assert.rejects(connectHub({}), (error: EdgeVmError) => error.code === 'usage' && /EDGE_VM_HUB_CONNECTION_STRING, --hub/.test(hintOf(error, 'edge-vm') ?? '')));

  it('says so when @azure/identity is not there', async () => {
    await assert.rejects(defaultCredential(() => Promise.reject(new Error('Cannot find package'))), { code: 'missing-prerequisite', hint: /npm install @azure\/identity/, advice: [{ do: 'use', option: 'hubConnectionString' }] });
    class DefaultAzureCredential {
      getToken(): Promise<null> {
        return Promise.resolve(null);
      }
    }
    assert.ok(await defaultCredential(() => Promise.resolve({ DefaultAzureCredential })));
  });

  it('signs in with Entra ID once for many calls, and hides the messages of a failure', async () => {
    const fake = await startFakeHub();
    try {
      fake.play = (_, response) => json(response, device());
      let asked = 0;
      const tokenCredential = { getToken: () => Promise.resolve({ token: `token-${asked += 1}`, expiresOnTimestamp: Date.now() + 3_600_000 }) };
      const { endpoint } = fake;
      const hub = await connectHub({ hostname, tokenCredential, endpoint });
      await hub.getDevice('a');
      await hub.getDevice('b');
      assert.deepEqual([asked, ...fake.seen.map((s) => s.headers.authorization)], [1, 'Bearer token-1', 'Bearer token-1']);
      hub.close();
      await assert.rejects(caching({ getToken: () => Promise.reject(new Error('AADSTS CANARY')) }).getToken('s'), (e: EdgeVmError) => e.code === 'hub-forbidden' && !e.message.includes('CANARY'));
      const refused = await connectHub({ hostname, tokenCredential: { getToken: () => Promise.resolve(null) }, endpoint });
      await assert.rejects(refused.getDevice('a'), { code: 'hub-forbidden', hint: /az login/ });
    } finally {
      await fake.close();
    }
  });

  it('does not load azure-iothub with the module', () => {
    const url = new URL('../../../src/hub/index.js', import.meta.url).href;
    const script = `await import(${JSON.stringify(url)}); const { createRequire } = await import('node:module'); console.log(Object.keys(createRequire(${JSON.stringify(url)}).cache).length, process.moduleLoadList.includes('NativeModule https'));`;
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim(), '0 false');
  });
});
