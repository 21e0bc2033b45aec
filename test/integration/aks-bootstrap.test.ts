import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertCode, Scene as Bootstrap } from '../bootstrap/scene.js';
import { theLab } from './harness/lab.js';
import { EDGE_VM } from './harness/paths.js';
import { openScene, type Scene } from './harness/scene.js';

// Azure and kubevirt-install.sh are stand-ins: the lab has KubeVirt and the types of CDI by its own means, and that script
// rightly refuses what it did not install. kubectl, edge-vm, the API server, KubeVirt's controllers and the hub are real.
describe('aks-bootstrap.sh on the lab', () => {
  let scene: Scene;
  let bootstrap: Bootstrap;
  let key: string;
  const policy = `bootstrap-${process.pid}`;

  before(async () => {
    scene = await openScene('aks');
    bootstrap = await new Bootstrap().open();
    for (const program of ['kubectl', 'edge-vm']) rmSync(join(bootstrap.bin, program));
    const made = await scene.hub.send('POST', '/$lab/v1/policies', { name: policy, rights: ['RegistryRead', 'RegistryWrite', 'ServiceConnect'] });
    assert.equal(made.status, 201);
    ({ key } = made.body as { key: string });
    bootstrap.cloud.newKey = () => key;
    bootstrap.cloud.hubHost = () => scene.hub.hostname;
    const labConfig = readFileSync(theLab().variables.KUBECONFIG, 'utf8');
    bootstrap.cloud.kubeconfig = (context) => labConfig.replaceAll('"edge-vm-lab"', JSON.stringify(context));
  });
  after(async () => {
    await bootstrap.close();
    await scene.close();
  });

  const environment = (): Record<string, string> => {
    const { EDGE_VM_HUB_ENDPOINT, EDGE_VM_HUB_CA } = theLab().variables;
    return {
      PATH: `${bootstrap.bin}:${theLab().programs}:${process.env['PATH']}`, EDGE_VM_HUB_ENDPOINT, EDGE_VM_HUB_CA,
      EDGE_VM_AKS_EDGE_VM: EDGE_VM, EDGE_VM_AKS_CALL_TIMEOUT: '60',
    };
  };

  it('goes from az login to a device that is connected, again without a change, and back to nothing', async function () {
    this.timeout(170_000);
    const device = scene.name('gw');
    const args = ['--yes', '--device', device, '--namespace', scene.namespace, '--storage-class', 'lab-disk', '--hub-policy', policy, '--timeout', '2m'];
    const first = await bootstrap.run(args, { env: environment() });
    assertCode(first, 0);
    assert.match(first.stdout, new RegExp(`The device ${device} is connected`));
    const status = await scene.run(['status', device, '-o', 'json']);
    assert.equal(status.code, 0, status.stderr);
    assert.ok(await scene.hub.device(device) !== undefined);
    assert.ok(!`${first.stdout}${first.stderr}`.includes(key));

    const made = bootstrap.cloud.summary();
    const again = await bootstrap.run(args, { env: environment() });
    assertCode(again, 0);
    assert.deepEqual(bootstrap.cloud.summary(), made);

    const env = { ...environment(), EDGE_VM_HUB_CONNECTION_STRING: theLab().variables.EDGE_VM_HUB_CONNECTION_STRING };
    const kubeconfig = join(bootstrap.home, '.kube', 'edge-vm-edge-vm-edge-vm.yaml');
    const destroyed = await bootstrap.run(['--destroy', '--yes', '--skip-cluster', '--kubeconfig', kubeconfig, '--skip-hub', '--device', device, '--namespace', scene.namespace], { env });
    assertCode(destroyed, 0);
    assert.equal(await scene.hub.device(device), undefined, 'the identity in the hub is gone');
    assertCode(await bootstrap.run(['--destroy', '--yes'], { env: environment() }), 0);
    assert.deepEqual([bootstrap.cloud.groups.size, bootstrap.cloud.clusters, bootstrap.cloud.hubs], [0, [], []]);
    assert.ok(!existsSync(kubeconfig));
  });
});
