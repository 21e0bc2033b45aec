import assert from 'node:assert/strict';
import { checkCredential, connectHub } from '../../../src/hub/index.js';
import type { Hub } from '../../../src/hub/types.js';
import { SecretValue } from '../../../src/identity/secret.js';
import type { EdgeVmError } from '../../../src/support/errors.js';
import { startProxy, startSocks, type FakeProxy } from '../../helpers/proxy.js';
import { hostname, json, serviceKey, startFakeHub } from './fake-hub.js';
import type { FakeHub } from './fake-hub.js';

const identity = { kind: 'symmetric-key', hubHostname: hostname, deviceId: 'gw', key: new SecretValue(serviceKey) } as const;

describe('a hub behind a proxy that alone knows its name', () => {
  let fake: FakeHub;
  let names: Record<string, number>;
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    fake = await startFakeHub();
    fake.play = (_, response) => json(response, { deviceId: 'gw', status: 'enabled', capabilities: { iotEdge: true } });
    names = { [`${hostname}:443`]: Number(new URL(fake.endpoint.url).port) };
    open.push(fake);
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });
  const keep = async <T extends { close(): unknown }>(thing: Promise<T>): Promise<T> => {
    const made = await thing;
    open.push(made);
    return made;
  };
  const hub = (env: Record<string, string>): Promise<Hub> => keep(connectHub({
    connectionString: new SecretValue(`HostName=${hostname};SharedAccessKeyName=iothubowner;SharedAccessKey=${serviceKey}`), endpoint: { ca: fake.endpoint.ca, env },
  }));

  for (const [kind, start] of [['http', () => startProxy({ names, login: 'me:s:cret' })], ['socks5', () => startSocks({ names, login: 'me:s:cret' })]] as [string, () => Promise<FakeProxy>][]) {
    it(`is reached by ${kind}, over one connection for many calls`, async () => {
      const proxy = await keep(start());
      const env = { https_proxy: `${kind}://me:s%3Acret@127.0.0.1:${proxy.port}` };
      const way = await hub(env);
      for (let i = 0; i < 4; i += 1) assert.equal((await way.getDevice('gw'))?.deviceId, 'gw');
      assert.deepEqual([proxy.asked, way.stats.requests, way.stats.connections, fake.seen[0]?.headers.host], [[`${hostname}:443`], 4, 1, hostname]);
      fake.play = (_, response) => json(response, []);
      assert.deepEqual(await checkCredential(identity, { ca: fake.endpoint.ca, env }), { ok: true });
      assert.equal(proxy.asked.length, 2);
    });
  }

  it('is not asked of it where NO_PROXY says so, nor where an endpoint on loopback is given', async () => {
    const proxy = await keep(startProxy({ names }));
    const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}` };
    const direct = await keep(connectHub({ connectionString: new SecretValue(`HostName=${hostname};SharedAccessKeyName=o;SharedAccessKey=${serviceKey}`), endpoint: { ...fake.endpoint, env } }));
    assert.equal((await direct.getDevice('gw'))?.deviceId, 'gw');
    const exempt = await hub({ ...env, NO_PROXY: '.azure-devices.example' });
    await assert.rejects(exempt.getDevice('gw'), { code: 'hub-unreachable' });
    assert.deepEqual(proxy.asked, []);
  });

  it('names a proxy that does not lead there, and not its password', async () => {
    const proxy = await keep(startProxy({ names, login: 'me:right' }));
    const env = { HTTPS_PROXY: `http://me:CANARY@127.0.0.1:${proxy.port}` };
    await assert.rejects((await hub(env)).getDevice('gw'), (e: EdgeVmError) => {
      assert.equal(e.code, 'hub-unreachable');
      assert.match(e.message, new RegExp(`cannot reach hub ${hostname} to read device gw: proxy http://127\\.0\\.0\\.1:${proxy.port} \\(HTTPS_PROXY\\) refuses the login`));
      return !/CANARY/.test(`${e.message}${e.hint}${JSON.stringify(e.details)}${e.stack}`);
    });
    const check = await checkCredential(identity, { env });
    assert.ok(!check.ok && check.code === 'hub-unreachable' && /refuses the login/.test(check.message) && check.noSuchHub === undefined && !/CANARY/.test(check.message));
  });
});
