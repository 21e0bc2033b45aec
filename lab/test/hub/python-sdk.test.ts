import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { openServiceClient } from './support/node-sdk.js';
import { startConnectProxy } from './support/connect-proxy.js';
import { missingPython, pythonWithSdks, runPython } from './support/python.js';
import { eventually, HOSTNAME, startTestHub, type TestHub } from './support/test-hub.js';

describe('lab hub with the Python SDKs', function () {
  this.timeout(60_000);
  let hub: TestHub;
  let proxy: Awaited<ReturnType<typeof startConnectProxy>>;
  let python: string;

  before(async function () {
    // The first run installs the SDKs.
    this.timeout(600_000);
    const missing = missingPython();
    if (missing !== undefined) throw new Error(`These tests need Python 3 with venv: ${missing}`);
    python = await pythonWithSdks();
    hub = await startTestHub({ connectionStateLagMs: 0, configurationLagMs: 0 });
    proxy = await startConnectProxy({ [`${HOSTNAME}:443`]: hub.hub.httpsPort, [`${HOSTNAME}:8883`]: hub.hub.mqttPort });
  });
  after(async () => {
    await proxy?.close();
    await hub?.stop();
  });

  it('serves the service SDK', async () => {
    const url = `http://127.0.0.1:${proxy.port}`;
    const seen = await runPython(python, 'service', {
      SERVICE_CONNECTION_STRING: hub.serviceConnectionString(),
      HTTPS_PROXY: url,
      https_proxy: url,
      NO_PROXY: '',
      no_proxy: '',
      REQUESTS_CA_BUNDLE: hub.config.tls.ca,
    }).result();
    const { key, ...rest } = seen;
    assert.equal(Buffer.from(String(key), 'base64').length, 32);
    assert.deepEqual(rest, {
      created: ['py-1', true],
      again: 409,
      missing: 404,
      modules: ['$edgeAgent', '$edgeHub'],
      twin: [{ site: 'a' }, 3, 2],
      stale: 412,
      query: ['py-1'],
      offline: 404,
      statistics: [1, 1],
      deployment: [1, 1, 6, 412, ['py']],
    });
  });

  it('serves the device SDK', async () => {
    const { body: device } = await hub.call('PUT', '/devices/py-2', { body: { deviceId: 'py-2' } });
    await hub.call('PATCH', '/twins/py-2', { body: { properties: { desired: { mode: 'a' } } } });
    const run = runPython(python, 'device', {
      DEVICE_CONNECTION_STRING: hub.deviceConnectionString('py-2', device.authentication.symmetricKey.primaryKey),
      WRONG_CONNECTION_STRING: hub.deviceConnectionString('py-2', randomBytes(32).toString('base64')),
      HUB_CA: hub.ca,
      PROXY_PORT: String(proxy.port),
    });
    await run.printed('ready');
    const { result } = await openServiceClient(hub).invokeDeviceMethod('py-2', { methodName: 'do it', payload: { n: 1 }, connectTimeoutInSeconds: 10 });
    assert.deepEqual(result, { status: 201, payload: { echo: { n: 1 } } });
    await hub.call('PATCH', '/twins/py-2', { body: { properties: { desired: { mode: 'b' } } } });
    assert.deepEqual(await run.result(), {
      wrong_key: 'CredentialError',
      twin: { desired: { mode: 'a', $version: 2 }, reported: { $version: 1 } },
      method: ['do it', { n: 1 }],
      patch: { mode: 'b', $version: 3 },
      called: true,
      patched: true,
    });
    const { body: twin } = await hub.call('GET', '/twins/py-2');
    assert.deepEqual(twin.properties.reported.temperature, { now: 21 });
    const { body: telemetry } = await hub.call('GET', '/$lab/v1/telemetry?deviceId=py-2');
    assert.equal(telemetry.messages[0].body, '{"t": 21}');
    assert.equal(telemetry.messages[0].properties.kind, 'a b');
    await eventually(async () => (await hub.call('GET', '/twins/py-2')).body.connectionState === 'Disconnected', 'the disconnect');
  });
});
