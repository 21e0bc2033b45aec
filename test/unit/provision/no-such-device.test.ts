import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { getDevice } from '../../../src/provision/kept/get.js';
import { listDevices } from '../../../src/provision/list.js';
import { restartDevice } from '../../../src/provision/restart.js';
import { startDevice } from '../../../src/provision/start.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { waitDevice } from '../../../src/provision/wait.js';
import type { ProvisionContext } from '../../../src/readiness/types.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, deleteRequest, scenario, type Scenario } from '../../helpers/scenario.js';

function namespace(scene: Scenario, name: string): void {
  scene.cluster.store.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, new Map());
}

const place = (name: string, where: string): { name: string; namespace: string } => ({ name, namespace: where });
const action = (about: object): Parameters<typeof startDevice>[1] => ({ ...about, wait: false, waitFor: 'applied', timeoutMs: 1000 }) as never;
const uses: [name: string, use: (context: ProvisionContext, about: { name: string; namespace: string }) => Promise<unknown>][] = [
  ['status', (context, about) => getStatus(context, about)],
  ['get', (context, about) => getDevice(context, about)],
  ['wait', (context, about) => waitDevice(context, { ...about, waitFor: 'applied', timeoutMs: 1000 })],
  ['start', (context, about) => startDevice(context, action(about))],
  ['restart', (context, about) => restartDevice(context, action(about))],
  ['delete', (context, about) => deleteDevice(context, deleteRequest(about))],
];

describe('a device that is not there', () => {
  for (const [name, use] of uses) {
    it(`is reported by ${name} with the name that is near to it, and with a namespace that does not exist`, async () => {
      const scene = scenario();
      namespace(scene, 'edge');
      await scene.clock.run(createDevice(scene.context, createRequest()));
      const refusal = async (about: { name: string; namespace: string }): Promise<EdgeVmError> => {
        const error: unknown = await scene.clock.run(use(scene.context, about)).catch((reason: unknown) => reason);
        assert.ok(EdgeVmError.is(error) && error.code === 'not-found', String(error));
        return error;
      };
      const near = await refusal(place('gw01', 'edge'));
      assert.equal(near.message, 'no device gw01 in namespace edge');
      assert.equal(hintOf(near, 'edge-vm'), 'Did you mean gw-01? Or list the devices: edge-vm list -A');
      const nowhere = await refusal(place('gw-01', 'egde'));
      assert.equal(nowhere.message, 'no device gw-01 in namespace egde, which does not exist');
      assert.equal(hintOf(nowhere, 'edge-vm'), 'List the devices: edge-vm list -A');
    });
  }

  it('is reported as before without the rights to look for more', async () => {
    const scene = scenario();
    for (const right of ['list virtualmachines', 'get namespaces']) scene.cluster.forbidden.add(right);
    await assert.rejects(waitDevice(scene.context, { ...place('gw-01', 'edge'), waitFor: 'applied', timeoutMs: 1000 }), { code: 'not-found', message: 'no device gw-01 in namespace edge' });
  });
});

describe('listDevices in a namespace that does not exist', () => {
  it('warns, and not of an empty one or where it may not be read', async () => {
    const scene = scenario();
    namespace(scene, 'edge');
    const warnings = async (where: string): Promise<string[]> => {
      scene.events.length = 0;
      assert.deepEqual(await listDevices(scene.context, { namespace: where }), []);
      return scene.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    };
    assert.deepEqual(await warnings('defualt'), ['namespace defualt does not exist']);
    assert.deepEqual(await warnings('edge'), []);
    scene.cluster.forbidden.add('get namespaces');
    assert.deepEqual(await warnings('defualt'), []);
  });
});
