import assert from 'node:assert/strict';
import { startApiProxy, type ApiProxy } from './harness/api-proxy.js';
import { assertCause, assertCode, type CliResult } from './harness/cli.js';
import { userKubeconfig } from './harness/lab.js';
import { objectsOf } from './harness/objects.js';
import { repositoryFile } from './harness/paths.js';
import { kubectl, virtctl } from './harness/programs.js';
import { rightsIn, rightsUsed } from './harness/rights.js';
import { openScene, type Scene } from './harness/scene.js';

describe('rights in the cluster', () => {
  let scene: Scene;
  let proxy: ApiProxy;
  before(async () => {
    scene = await openScene('rbac');
    const jane = await userKubeconfig(`jane-${scene.namespace}`, scene.namespace);
    await kubectl(['apply', '-n', scene.namespace, '-f', repositoryFile('docs', 'rbac.yaml')]);
    await kubectl(['create', 'rolebinding', 'edge-vm', '-n', scene.namespace, '--role=edge-vm', `--user=jane-${scene.namespace}`]);
    proxy = await startApiProxy({ kubeconfig: jane, namespace: scene.namespace, folder: scene.folder });
  });
  after(async () => {
    await proxy.close();
    await scene.close();
  });

  it('are reported as missing before anything is created', async () => {
    const name = scene.name();
    const nobody = await userKubeconfig('nobody', scene.namespace);
    const run = await scene.run(['create', name, '--register', '-o', 'json'], { env: { KUBECONFIG: nobody } });
    const cause = assertCause(run, 3, 'forbidden');
    assert.match(cause.message, /create virtualmachines\.kubevirt\.io/);
    assert.match(cause.hint ?? '', /docs\/rbac/);
    assert.deepEqual(await objectsOf(scene), []);
    assert.equal(await scene.hub.device(name), undefined, 'the hub was not touched');
    for (const args of [['status', name], ['list'], ['delete', name]]) {
      assertCause(await scene.run([...args, '-o', 'json'], { env: { KUBECONFIG: nobody } }), 3, 'forbidden');
    }
  });

  it('are named when one of them is missing', async () => {
    const user = `half-${scene.namespace}`;
    const half = await userKubeconfig(user, scene.namespace);
    await kubectl(['create', 'role', 'half', '-n', scene.namespace, '--verb=get,list,watch,create,patch', '--resource=virtualmachines.kubevirt.io,virtualmachineinstances.kubevirt.io,datavolumes.cdi.kubevirt.io']);
    await kubectl(['create', 'rolebinding', 'half', '-n', scene.namespace, '--role=half', `--user=${user}`]);
    const run = await scene.run(['create', scene.name(), '--register', '-o', 'json'], { env: { KUBECONFIG: half } });
    const cause = assertCause(run, 3, 'forbidden');
    assert.match(cause.message, /secrets/);
    assert.doesNotMatch(cause.message, /virtualmachines/);
  });

  it('of docs/rbac.yaml are enough for every command, and each of them is needed', async () => {
    const name = scene.name();
    const run = async (...args: string[]): Promise<CliResult> => {
      const result = await scene.run([...args, '-o', 'json'], { env: { KUBECONFIG: proxy.kubeconfig } });
      assertCode(result, 0);
      return result;
    };
    const create = ['create', name, '--register', '--gateway'];
    const created = await run(...create);
    assert.deepEqual([created.json().ready, created.json().stage], [true, 'connected']);
    assert.doesNotMatch(created.json().warnings.join('\n'), /allow|forbid|cannot/i);
    assert.equal(created.json().conditions.find((condition) => condition.type === 'EngineReady')?.reason === 'Implied', false, 'the guest’s own records were read');
    assert.equal((await run('status', name)).json().ready, true);
    assert.equal((await run('list')).json<{ items: unknown[] }>().items.length, 1);
    await run('wait', name);
    await virtctl(['stop', name, '-n', scene.namespace]);
    // Events are read only while there is no progress.
    assertCause(await scene.run(['wait', name, '-o', 'json'], { env: { KUBECONFIG: proxy.kubeconfig } }), 5, 'vm-stopped');
    await run('start', name);
    await run('restart', name);
    await run('set', name, '--annotation', 'note=x', '--no-wait');
    const file = await scene.file('got.json', (await run('get', name)).stdout);
    await run('diff', '-f', file);
    await run('delete', name, '--keep-disk');
    await run(...create, '--wait-for', 'running');
    await run('delete', name, '--deregister');
    // An instance that never ran is replaced by one of the corrected settings.
    const large = scene.name();
    assertCause(await scene.run(['create', large, '--register', '--memory', '900Gi', '-o', 'json'], { env: { KUBECONFIG: proxy.kubeconfig } }), 5, 'unschedulable');
    await run('create', large, '--register', '--memory', '2Gi', '--wait-for', 'running');
    await run('delete', large, '--deregister');
    assert.deepEqual((await objectsOf(scene)).filter((object) => object.startsWith('VirtualMachine')), []);

    const [given, used] = [await rightsIn('docs', 'rbac.yaml'), rightsUsed(proxy.seen)];
    // For a CDI that deletes the DataVolume and leaves the claim to the VM; the lab's CDI does not.
    const elsewhere = ['/persistentvolumeclaims patch'];
    assert.deepEqual(given.filter((right) => !used.has(right)), elsewhere, 'rights that nothing uses');
  });
});
