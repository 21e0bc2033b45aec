import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { getStatus } from '../../../src/provision/status/index.js';
import type { KubeObject } from '../../../src/cluster/types.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

type Condition = NonNullable<NonNullable<KubeObject['status']>['conditions']>[number];
const required: Condition = { type: 'RestartRequired', status: 'True', message: 'Reduction of CPU socket count requires a restart' };
const command = /must be restarted|take effect after a restart/;

async function running(status: KubeObject['status'] = { created: true }): Promise<Scenario> {
  const scene = scenario();
  await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { vm: { cpus: 4 } } }) })));
  setStatus(scene, status);
  return scene;
}

function setStatus(scene: Scenario, status: KubeObject['status']): void {
  scene.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'virt-controller', (vm) => void (vm.status = { ...status }));
}

const again = async (scene: Scenario, cpus: number): Promise<string> => {
  scene.events.length = 0;
  const { warnings } = await scene.clock.run(createDevice(scene.context, createRequest({ device: device({ spec: { vm: { cpus } } }) })));
  const events = scene.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  assert.deepEqual(events, warnings, 'each warning is an event too');
  return warnings.filter((warning) => command.test(warning)).join('\n');
};

describe('a machine that must be restarted', () => {
  it('is reported by create when the template of a running VM changes', async () => {
    assert.match(await again(await running(), 2), /gw-01 is running: changes that KubeVirt cannot make/);
  });

  it('is reported in KubeVirt’s own words when KubeVirt says so', async () => {
    const scene = await running();
    let reads = 0;
    scene.cluster.after = ({ verb, what }) => {
      if (verb === 'apply' && what === 'virtualmachines') reads = 1;
      if (verb === 'get' && what === 'virtualmachines' && reads > 0 && (reads += 1) === 3) setStatus(scene, { created: true, conditions: [required] });
    };
    assert.match(await again(scene, 2), /must be restarted .*Reduction of CPU/);
  });

  it('is reported again by a create that changes nothing, and by status, until it was restarted', async () => {
    const scene = await running({ created: true, conditions: [required] });
    assert.equal((await again(scene, 4)).split('\n').length, 1, 'once');
    const status = (): Promise<string> => scene.clock.run(getStatus(scene.context, { name: 'gw-01', namespace: 'edge' })).then(({ warnings }) => warnings.join());
    assert.match(await status(), command);
    setStatus(scene, { created: true, conditions: [{ ...required, status: 'False' }] });
    assert.doesNotMatch(await status(), command);
    assert.equal(await again(scene, 4), '');
  });

  it('is none where the machine is stopped', async () => {
    assert.equal(await again(await running({ created: false }), 2), '');
  });
});
