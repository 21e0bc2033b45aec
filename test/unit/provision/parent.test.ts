import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, device, givenIdentity, scenario, type Scenario } from '../../helpers/scenario.js';

const nested = (edge: Record<string, string> = { parentDeviceId: 'gw-00', parentHostname: 'gw-00.example' }) =>
  createRequest({ device: device({ spec: { identity: { register: { deviceId: 'gw-01' } }, edge } }) });
const run = (scene: Scenario, request = nested()) => scene.clock.run(createDevice(scene.context, request));
const parents = ({ hub }: Scenario): unknown => hub.devices.get('gw-01')?.parentScopes;
async function refusal(scene: Scenario, request = nested()): Promise<EdgeVmError> {
  const error: unknown = await run(scene, request).then(() => undefined, (reason: unknown) => reason);
  assert.ok(EdgeVmError.is(error), 'it was not refused');
  return error;
}

describe('the parent of a nested device', () => {
  it('is set in the hub with the device', async () => {
    const scene = scenario();
    const { deviceScope } = scene.hub.register('gw-00');
    await run(scene);
    assert.deepEqual(parents(scene), [deviceScope]);
    assert.deepEqual(scene.hub.calls.filter((call) => call === 'setParent'), []);
  });

  it('is set for a device that is there without one, once', async () => {
    const scene = scenario();
    const { deviceScope } = scene.hub.register('gw-00');
    scene.hub.register('gw-01');
    await run(scene);
    assert.deepEqual(parents(scene), [deviceScope]);
    await run(scene);
    assert.deepEqual(scene.hub.calls.filter((call) => call === 'setParent'), ['setParent']);
  });

  it('is never taken from another', async () => {
    const scene = scenario();
    scene.hub.register('gw-00');
    scene.hub.register('gw-01', { parentScopes: ['ms-azure-iot-edge://other-1'] });
    const error = await refusal(scene);
    assert.equal(error.code, 'invalid-input');
    assert.match(error.message, /spec\.edge\.parentDeviceId: is not the parent that the hub has \(.*az iot hub device-identity parent set --force --hub-name hub --device-id 'gw-01' --parent-device-id 'gw-00'/);
    assert.deepEqual(parents(scene), ['ms-azure-iot-edge://other-1']);
  });

  it('must be there and an edge device, before anything is made', async () => {
    const scene = scenario();
    assert.equal((await refusal(scene)).code, 'device-not-found');
    scene.hub.register('gw-00', { edgeEnabled: false });
    assert.equal((await refusal(scene)).code, 'not-edge-enabled');
    assert.deepEqual([scene.hub.devices.has('gw-01'), scene.cluster.writes], [false, []]);
  });

  it('is asked for if only its host name is given, and named if edge-vm does not register', async () => {
    const scene = scenario();
    assert.match((await run(scene, nested({ parentHostname: 'gw-00.example' }))).warnings.join(), /the hub knows no parent of gw-01/);
    const other = scenario();
    other.hub.register('gw-01');
    const given = createRequest({ device: device({ spec: { identity: { connectionString: { env: 'X' } }, edge: { parentDeviceId: 'gw-00' } } }), identity: givenIdentity() });
    assert.match((await run(other, given)).warnings.join(), /az iot hub device-identity parent set --hub-name hub --device-id 'gw-01' --parent-device-id 'gw-00'/);
  });
});
