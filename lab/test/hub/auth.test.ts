import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { parseSas } from '../../src/hub/auth/sas.js';
import { covers } from '../../src/hub/auth/audience.js';
import { rawMqtt, type RawOptions } from './support/raw-mqtt.js';
import { signSas } from './support/sign.js';
import { HOSTNAME, startTestHub, type CallOptions, type TestHub } from './support/test-hub.js';

describe('lab hub, tokens', () => {
  it('parses fields in any order, refuses what is not a token', () => {
    const token = parseSas('SharedAccessSignature se=12&skn=a%20b&sr=hub%2Fdevices%2Fx&sig=a%2Bb%3D');
    assert.deepEqual(token, { rawAudience: 'hub%2Fdevices%2Fx', signature: 'a+b=', rawExpiry: '12', expiry: 12, policy: 'a b' });
    for (const text of ['', 'Bearer x', 'SharedAccessSignature sr=a&sig=b', 'SharedAccessSignature sr=a&sig=%ZZ&se=1', 'SharedAccessSignature sr=a&sig=b&se=soon']) assert.equal(parseSas(text), undefined);
  });

  const cases: [string, string[], boolean][] = [
    ['hub.test', ['devices', 'x'], true],
    ['HUB.test%2fdevices%2fx', ['devices', 'x'], true],
    ['hub.test%2Fdevices%2FX', ['devices', 'x'], true],
    ['hub.test/devices/x', ['devices', 'X'], true],
    ['hub.test/devices/a%_%b', ['devices', 'A%_%B'], true],
    ['hub.test/devices/a%%3Db', ['devices', 'a%=b'], true],
    ['hub.test%2Fdevices%2F50%25', ['devices', '50%'], true],
    ['hub.test%2Fdevices%2Fx', ['devices', 'x', 'modules', 'm'], true],
    ['hub.test%2Fdevices%2Fx', ['devices', 'xy'], false],
    ['hub.test%2Fdevices%2Fx%2Fmodules%2Fm', ['devices', 'x'], false],
    ['hub.test%2Fdevices%2Fa%2523b', ['devices', 'a#b'], true],
    ['hub.test%2Fdevices%2Fa%23b', ['devices', 'a#b'], true],
    ['https%3A%2F%2Fhub.test%2F', ['devices'], true],
    ['other.test', ['devices', 'x'], false],
    ['hub', ['devices', 'x'], false],
  ];
  for (const [rawAudience, path, expected] of cases) {
    it(`${rawAudience} ${expected ? 'covers' : 'does not cover'} ${path.join('/')}`, () => {
      assert.equal(covers({ rawAudience, signature: '', rawExpiry: '1', expiry: 1, policy: undefined }, 'hub.test', path), expected);
    });
  }
});

describe('lab hub, who may do what', () => {
  let hub: TestHub;
  let primaryKey: string;
  let secondaryKey: string;
  const moduleKey = randomBytes(32).toString('base64');
  const sas = (auth: object): object => ({ authentication: { type: 'sas', symmetricKey: auth } });

  before(async () => {
    hub = await startTestHub();
    const { body } = await hub.call('PUT', '/devices/dev', { body: { deviceId: 'dev', capabilities: { iotEdge: true } } });
    ({ primaryKey, secondaryKey } = body.authentication.symmetricKey);
    await hub.call('PUT', '/devices/dev/modules/$edgeAgent', { body: sas({ primaryKey: moduleKey, secondaryKey: moduleKey }), ifMatch: '*' });
    await hub.call('PUT', '/devices/off', { body: { deviceId: 'off', status: 'disabled', ...sas({ primaryKey, secondaryKey }) } });
  });
  after(() => hub.stop());

  const rights: [string, string, string, Record<string, number>][] = [
    ['GET', '/devices/dev', 'registry read', { registryRead: 200, registryReadWrite: 200, service: 401, device: 401 }],
    ['DELETE', '/devices/nobody', 'registry write', { registryRead: 401, registryReadWrite: 404, service: 401, device: 401 }],
    ['GET', '/twins/dev', 'twins', { registryRead: 401, registryReadWrite: 401, service: 200, device: 401 }],
    ['GET', '/devices/dev/modules', 'the device’s own calls', { registryRead: 200, service: 401, device: 200 }],
  ];
  for (const [method, path, what, expected] of rights) {
    for (const [policy, status] of Object.entries(expected)) {
      it(`answers ${status} to ${policy} for ${what}`, async () => {
        assert.equal((await hub.call(method, path, { policy })).status, status);
      });
    }
  }

  const device = (): string => signSas(`${HOSTNAME}/devices/dev`, { key: primaryKey });
  const attempts: [string, number, string, () => CallOptions][] = [
    ['the primary key', 200, '', () => ({ authorization: device() })],
    ['the secondary key', 200, '', () => ({ authorization: signSas(`${HOSTNAME}/devices/dev`, { key: secondaryKey }) })],
    ['a wrong key', 401, 'wrong key', () => ({ authorization: signSas(`${HOSTNAME}/devices/dev`, { key: moduleKey }) })],
    ['an expired token', 401, 'expired', () => ({ authorization: signSas(`${HOSTNAME}/devices/dev`, { key: primaryKey, ttlSeconds: -1 }) })],
    ['another hub’s audience', 401, 'audience', () => ({ authorization: signSas('other.test/devices/dev', { key: primaryKey }) })],
    ['another device’s audience', 401, 'audience', () => ({ authorization: signSas(`${HOSTNAME}/devices/off`, { key: primaryKey }) })],
    ['no credential', 401, 'certificate', () => ({ authorization: undefined })],
    ['something that is no token', 401, 'SharedAccessSignature', () => ({ authorization: 'Bearer x' })],
    ['an unknown policy', 401, 'policy', () => ({ authorization: signSas(HOSTNAME, { key: primaryKey, policy: 'nope' }) })],
    ['a policy’s wrong key', 401, 'wrong key', () => ({ authorization: signSas(HOSTNAME, { key: primaryKey, policy: 'iothubowner' }) })],
  ];
  for (const [what, status, reason, options] of attempts) {
    it(`answers ${status} to ${what}`, async () => {
      const answer = await hub.call('GET', '/devices/dev/modules?api-version=2017-11-08-preview', options());
      assert.equal(answer.status, status);
      if (status === 200) return;
      assert.equal(answer.body.Message, 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized');
      assert.equal(answer.headers['iothub-errorcode'], 'IotHubUnauthorizedAccess');
      assert.match(String(answer.headers['x-lab-reason']), new RegExp(reason));
    });
  }

  it('answers the device after its end: 404 when deleted, 401 when disabled', async () => {
    assert.equal((await hub.call('GET', '/devices/gone/modules', { authorization: signSas(`${HOSTNAME}/devices/gone`, { key: primaryKey }) })).status, 404);
    const off = await hub.call('GET', '/devices/off/modules', { authorization: signSas(`${HOSTNAME}/devices/off`, { key: primaryKey }) });
    assert.equal(off.status, 401);
  });

  it('lets the device read a system module’s key and set its own, as identityd does', async () => {
    const authorization = device();
    const path = '/devices/dev/modules/%24edgeHub?api-version=2017-11-08-preview';
    const { body: module } = await hub.call('GET', path, { authorization });
    assert.equal(module.managedBy, 'iotEdge');
    assert.equal(Buffer.from(module.authentication.symmetricKey.primaryKey, 'base64').length, 32);
    const keys = { primaryKey: moduleKey, secondaryKey: moduleKey };
    const put = await hub.call('PUT', path, { authorization, ifMatch: '*', body: { moduleId: '$edgeHub', managedBy: 'iotEdge', ...sas(keys) } });
    assert.equal(put.status, 200);
    assert.deepEqual(put.body.authentication.symmetricKey, keys);
  });

  it('lets the device manage its modules, nobody else’s', async () => {
    const authorization = device();
    const put = await hub.call('PUT', '/devices/dev/modules/temp?api-version=2017-11-08-preview', { authorization, body: { moduleId: 'temp', managedBy: 'iotEdge' } });
    assert.equal(put.status, 200);
    assert.equal(put.body.managedBy, 'iotEdge');
    assert.equal((await hub.call('PUT', '/devices/dev/modules/temp', { authorization, body: {} })).status, 409);
    assert.equal((await hub.call('DELETE', '/devices/dev/modules/temp', { authorization, ifMatch: '*' })).status, 204);
    assert.equal((await hub.call('GET', '/devices/off/modules', { authorization })).status, 401);
    assert.equal((await hub.call('GET', '/devices/dev', { authorization })).status, 401);
  });

  describe('over MQTT', () => {
    const good = (): RawOptions => ({ deviceId: 'dev', password: device() });
    const connects: [string, number, () => RawOptions][] = [
      ['the device', 0, good],
      ['a module', 0, () => ({ deviceId: 'dev', moduleId: '$edgeAgent', password: signSas(`${HOSTNAME}/devices/dev/modules/$edgeAgent`, { key: moduleKey }) })],
      ['a token of a DeviceConnect policy', 0, () => ({ deviceId: 'dev', password: signSas(HOSTNAME, { key: hub.key('device'), policy: 'device' }) })],
      ['a token of a policy without it', 5, () => ({ deviceId: 'dev', password: signSas(HOSTNAME, { key: hub.key('service'), policy: 'service' }) })],
      ['a wrong key', 5, () => ({ deviceId: 'dev', password: signSas(`${HOSTNAME}/devices/dev`, { key: moduleKey }) })],
      ['the device’s key for a module', 5, () => ({ deviceId: 'dev', moduleId: '$edgeAgent', password: signSas(`${HOSTNAME}/devices/dev/modules/$edgeAgent`, { key: primaryKey }) })],
      ['the device’s token for a module', 5, () => ({ deviceId: 'dev', moduleId: '$edgeHub', password: device() })],
      ['an expired token', 5, () => ({ deviceId: 'dev', password: signSas(`${HOSTNAME}/devices/dev`, { key: primaryKey, ttlSeconds: -1 }) })],
      ['an unknown device', 5, () => ({ deviceId: 'gone', password: device() })],
      ['a disabled device', 5, () => ({ deviceId: 'off', password: signSas(`${HOSTNAME}/devices/off`, { key: primaryKey }) })],
      ['another hub’s user name', 5, () => ({ ...good(), username: 'other.test/dev/?api-version=2021-04-12' })],
      ['a user name without api-version', 5, () => ({ ...good(), username: `${HOSTNAME}/dev/` })],
      ['a hub name in capitals', 0, () => ({ ...good(), username: `${HOSTNAME.toUpperCase()}/dev/?api-version=2021-04-12` })],
      ['no password and no certificate', 5, () => ({ deviceId: 'dev' })],
      ['MQTT 3.1', 1, () => ({ ...good(), protocolVersion: 3 })],
    ];
    for (const [what, code, options] of connects) {
      it(`answers ${code} to ${what}`, async () => {
        const client = await rawMqtt(hub, options());
        assert.equal((await client.next('connack')).returnCode, code);
        if (code !== 0) await client.untilClosed();
        client.destroy();
      });
    }
  });

  describe('by certificate', () => {
    let own: { cert: string; key: string };
    before(async () => {
      own = await hub.issue('x509-dev');
      const { fingerprint, fingerprint256 } = new X509Certificate(own.cert);
      const devices: [string, object][] = [
        ['sha1', { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: fingerprint.replaceAll(':', '') } }],
        ['sha256', { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: '00'.repeat(32), secondaryThumbprint: fingerprint256.replaceAll(':', '').toLowerCase() } }],
        ['x509-dev', { type: 'certificateAuthority' }],
        ['x509-other', { type: 'certificateAuthority' }],
      ];
      for (const [deviceId, authentication] of devices) {
        assert.equal((await hub.call('PUT', `/devices/${deviceId}`, { body: { deviceId, authentication } })).status, 200);
      }
      assert.equal((await hub.call('PUT', '/$lab/v1/ca', { body: { certificates: [hub.ca] } })).status, 204);
    });

    for (const [deviceId, ok] of [['sha1', true], ['sha256', true], ['x509-dev', true], ['x509-other', false]] as const) {
      it(`${ok ? 'knows' : 'refuses'} ${deviceId}`, async () => {
        assert.equal((await hub.call('GET', `/devices/${deviceId}/modules`, { authorization: undefined, ...own })).status, ok ? 200 : 401);
        const client = await rawMqtt(hub, { deviceId, ...own });
        assert.equal((await client.next('connack')).returnCode, ok ? 0 : 5);
        client.destroy();
      });
    }

    it('refuses another certificate, and a token for such a device', async () => {
      const other = await hub.issue('x509-dev');
      assert.equal((await hub.call('GET', '/devices/sha1/modules', { authorization: undefined, ...other })).status, 401);
      assert.equal((await hub.call('GET', '/devices/sha1/modules', { authorization: signSas(`${HOSTNAME}/devices/sha1`, { key: primaryKey }) })).status, 401);
    });
  });
});
