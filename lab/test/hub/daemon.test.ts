import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { daemonOf, daemonToken, modulesPath, type Daemon } from './support/identityd.js';
import { openAmqp, openCbs } from './support/raw-amqp.js';
import { startTestHub, type HttpAnswer, type TestHub } from './support/test-hub.js';

const newKey = (): string => randomBytes(32).toString('base64');
const sas = (key: string): object => ({ type: 'sas', symmetricKey: { primaryKey: key, secondaryKey: key } });

/** Registers an edge device with a key of its own. */
async function register(hub: TestHub, deviceId: string): Promise<{ key: string; daemon: Daemon }> {
  const key = newKey();
  const put = await hub.call('PUT', `/devices/${encodeURIComponent(deviceId)}`, { body: { deviceId, capabilities: { iotEdge: true }, authentication: sas(key) } });
  assert.equal(put.status, 200);
  return { key, daemon: daemonOf(hub, deviceId, key) };
}

/** The numbered error within `Message`, which is all that the daemon reads of an error. */
function nested(answer: HttpAnswer): { errorCode: number; message: string } {
  assert.match(String(answer.headers['content-type']), /application\/json/);
  assert.equal(typeof answer.body.Message, 'string');
  return JSON.parse(answer.body.Message);
}

describe('lab hub, as aziot-identityd asks it', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startTestHub();
  });
  after(() => hub.stop());

  describe('each call', () => {
    let daemon: Daemon;
    before(async () => {
      ({ daemon } = await register(hub, 'Gw-01'));
    });

    it('lists the modules as an array', async () => {
      const { status, body } = await daemon.call('GET');
      assert.equal(status, 200);
      assert.deepEqual(body.map((module: { moduleId: string }) => module.moduleId).sort(), ['$edgeAgent', '$edgeHub']);
      for (const module of body) assert.deepEqual([module.deviceId, typeof module.generationId, module.authentication.type], ['Gw-01', 'string', 'sas']);
    });

    it('reads one module', async () => {
      const { status, body } = await daemon.call('GET', '$edgeAgent');
      assert.deepEqual([status, body.moduleId, body.managedBy], [200, '$edgeAgent', 'iotEdge']);
    });

    it('creates a module by PUT without If-Match: 200', async () => {
      const put = await daemon.call('PUT', 'sensor', { body: { moduleId: 'sensor', deviceId: 'Gw-01' } });
      assert.deepEqual([put.status, put.body.moduleId, put.body.deviceId, typeof put.body.generationId], [200, 'sensor', 'Gw-01', 'string']);
      assert.equal(Buffer.from(put.body.authentication.symmetricKey.primaryKey, 'base64').length, 32);
    });

    it('updates it by PUT with If-Match: 200, what the body leaves out stays', async () => {
      const key = newKey();
      await daemon.call('PUT', 'kept', { body: { moduleId: 'kept', deviceId: 'Gw-01', managedBy: 'iotEdge' } });
      const put = await daemon.call('PUT', 'kept', { ifMatch: '*', body: { moduleId: 'kept', deviceId: 'Gw-01', authentication: sas(key) } });
      assert.deepEqual([put.status, put.body.authentication.symmetricKey.primaryKey, put.body.managedBy], [200, key, 'iotEdge']);
    });

    it('sets the key of a module that the hub made', async () => {
      const key = newKey();
      const put = await daemon.call('PUT', '$edgeAgent', { ifMatch: '*', body: { moduleId: '$edgeAgent', deviceId: 'Gw-01', authentication: sas(key) } });
      assert.deepEqual([put.status, put.body.authentication.symmetricKey.primaryKey], [200, key]);
    });

    it('deletes with If-Match: 204 and no body', async () => {
      await daemon.call('PUT', 'gone', { body: { moduleId: 'gone', deviceId: 'Gw-01' } });
      const { status, body } = await daemon.call('DELETE', 'gone', { ifMatch: '*' });
      assert.deepEqual([status, body], [204, undefined]);
      assert.equal((await daemon.call('GET', 'gone')).status, 404);
    });

    it('answers 201 to a new module where a service asks with a later version', async () => {
      const created = await hub.call('PUT', '/devices/Gw-01/modules/by-service', { body: { moduleId: 'by-service', deviceId: 'Gw-01' } });
      const updated = await hub.call('PUT', '/devices/Gw-01/modules/by-service', { ifMatch: '*', body: { moduleId: 'by-service', deviceId: 'Gw-01' } });
      assert.deepEqual([created.status, updated.status], [201, 200]);
    });
  });

  describe('errors', () => {
    let daemon: Daemon;
    let key: string;
    before(async () => {
      ({ daemon, key } = await register(hub, 'errors'));
      await daemon.call('PUT', 'twice', { body: { moduleId: 'twice', deviceId: 'errors' } });
    });

    it('409 to a second PUT without If-Match', async () => {
      const answer = await daemon.call('PUT', 'twice', { body: { moduleId: 'twice', deviceId: 'errors' } });
      assert.deepEqual([answer.status, nested(answer).errorCode], [409, 409301]);
    });

    for (const [method, options] of [['GET', {}], ['PUT', { ifMatch: '*', body: {} }], ['DELETE', { ifMatch: '*' }]] as const) {
      it(`404010 to ${method} of a module that is not there`, async () => {
        const answer = await daemon.call(method, 'nobody', options);
        assert.deepEqual([answer.status, nested(answer).errorCode], [404, 404010]);
        assert.equal(nested(answer).message, 'Module nobody on device errors not registered');
      });
    }

    it('404010 to $edgeAgent of a device that is not edge-enabled', async () => {
      await hub.call('PUT', '/devices/plain', { body: { deviceId: 'plain', authentication: sas(key) } });
      const plain = daemonOf(hub, 'plain', key);
      assert.deepEqual((await plain.call('GET')).body, []);
      assert.equal(nested(await plain.call('GET', '$edgeAgent')).errorCode, 404010);
    });

    it('404001 to a device that is gone', async () => {
      const answer = await daemonOf(hub, 'gone', key).call('GET');
      assert.deepEqual([answer.status, nested(answer).errorCode], [404, 404001]);
    });

    const refused: [string, () => string][] = [
      ['a wrong key', () => daemonToken('errors', newKey())],
      ['a token that is expired', () => daemonToken('errors', key, -1)],
      ['the token of another device', () => daemonToken('errors2', key)],
    ];
    for (const [what, authorization] of refused) {
      it(`401 with a Message to ${what}`, async () => {
        const { status, body } = await daemon.call('GET', undefined, { authorization: authorization() });
        assert.deepEqual([status, body.Message], [401, 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized']);
      });
    }

    for (const [action, status] of [[{ kind: 'error', status: 500 }, 500], [{ kind: 'throttle' }, 429]] as const) {
      it(`${status} with a Message`, async () => {
        const rule = await hub.call('POST', '/$lab/v1/rules', { body: { deviceId: 'errors', action, count: 1 } });
        assert.equal(rule.status, 201);
        const answer = await daemon.call('GET');
        assert.equal(answer.status, status);
        assert.equal(typeof answer.body.Message, 'string');
      });
    }

    it('400 with a Message to a body that is not JSON of a module', async () => {
      const answer = await daemon.call('PUT', 'bad', { body: { moduleId: 'other' } });
      assert.equal(answer.status, 400);
      assert.match(answer.body.Message, /^ErrorCode:ArgumentInvalid;/);
    });
  });

  describe('ids', () => {
    // Percent signs as the daemon sends them: never encoded, whatever follows them.
    for (const deviceId of ['GW-Upper', '50%', '%_odd', 'a=b', 'a%=b', 'x#?y', "all-:.+%_#*?!(),=@;$'", '%%', '.', '..']) {
      it(`serves ${deviceId}`, async () => {
        const { daemon } = await register(hub, deviceId);
        const put = await daemon.call('PUT', 'mod%_=1', { body: { moduleId: 'mod%_=1', deviceId } });
        assert.deepEqual([put.status, put.body.deviceId, put.body.moduleId], [200, deviceId, 'mod%_=1']);
        assert.equal((await daemon.call('GET', 'mod%_=1')).body.moduleId, 'mod%_=1');
      });
    }

    it('keeps devices apart that differ by case', async () => {
      const upper = await register(hub, 'TWIN');
      const lower = await register(hub, 'twin');
      assert.equal((await upper.daemon.call('GET')).body[0].deviceId, 'TWIN');
      assert.equal((await lower.daemon.call('GET')).body[0].deviceId, 'twin');
      assert.equal((await hub.call('GET', modulesPath('TWIN'), { authorization: daemonToken('TWIN', lower.key) })).status, 401);
    });

    it('takes such a token over AMQP, for the device whose key made it', async () => {
      const { key } = await register(hub, 'Amqp-Upper');
      const connection = await openAmqp(hub);
      const put = openCbs(connection);
      assert.equal((await put(daemonToken('Amqp-Upper', key))).status, 200);
      assert.equal((await put(daemonToken('Amqp-Upper', newKey()))).status, 401);
      connection.close();
    });
  });

  it('takes the device’s certificate in place of a token', async () => {
    const { cert, key } = await hub.issue('by-cert');
    const thumbprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '');
    await hub.call('PUT', '/devices/by-cert', { body: { deviceId: 'by-cert', capabilities: { iotEdge: true }, authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: thumbprint, secondaryThumbprint: thumbprint } } } });
    const put = await hub.call('PUT', modulesPath('by-cert', 'sensor'), { authorization: undefined, cert, key, body: { moduleId: 'sensor', deviceId: 'by-cert' } });
    assert.equal(put.status, 200);
    assert.equal((await hub.call('GET', modulesPath('by-cert'), { authorization: undefined, cert, key })).body.length, 3);
  });
});
