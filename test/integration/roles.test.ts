import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { startApiProxy, type ApiProxy } from './harness/api-proxy.js';
import { assertCause, assertCode, cli, type CliResult } from './harness/cli.js';
import { everyEnd } from './harness/every-end.js';
import { userKubeconfig } from './harness/lab.js';
import { objectsOf } from './harness/objects.js';
import { repositoryFile } from './harness/paths.js';
import { kubectl, virtctl } from './harness/programs.js';
import { rightsIn, rightsUsed } from './harness/rights.js';
import { openScene, type Scene } from './harness/scene.js';
import { together } from './harness/together.js';

/** A user of the lab with one role of docs/roles, whose requests are seen. */
interface Person {
  proxy: ApiProxy;
  run: (...args: string[]) => Promise<CliResult>;
  /** Succeeds. */
  may: (...args: string[]) => Promise<CliResult>;
  /** Is refused; gives the message and the hint. */
  mayNot: (...args: string[]) => Promise<string>;
}

describe('docs/roles', () => {
  let scene: Scene;
  let device: string;
  const closers: (() => Promise<unknown>)[] = [];

  async function person(role: 'viewer' | 'developer' | 'operator'): Promise<Person> {
    const user = `${role}-${scene.namespace}`;
    const kind = role === 'operator' ? 'clusterrole' : 'role';
    await kubectl(['apply', '-n', scene.namespace, '-f', repositoryFile('docs', 'roles', `${role}.yaml`)]);
    await kubectl(['create', `${kind}binding`, user, '-n', scene.namespace, `--${kind}=edge-vm-${role}`, `--user=${user}`]);
    if (kind === 'clusterrole') closers.push(() => kubectl(['delete', 'clusterrolebinding', user]));
    const proxy = await startApiProxy({ kubeconfig: await userKubeconfig(user, scene.namespace), namespace: scene.namespace, folder: scene.folder });
    closers.push(() => proxy.close());
    const run = (...args: string[]): Promise<CliResult> => scene.run([...args, '-o', 'json'], { env: { KUBECONFIG: proxy.kubeconfig } });
    return {
      proxy, run,
      async may(...args) {
        const result = await run(...args);
        assertCode(result, 0);
        return result;
      },
      async mayNot(...args) {
        const { message, hint } = assertCause(await run(...args), 3, 'forbidden');
        return `${message}\n${hint ?? ''}`;
      },
    };
  }

  const unused = async (role: string, { proxy }: Person): Promise<string[]> => {
    const used = rightsUsed(proxy.seen);
    return (await rightsIn('docs', 'roles', `${role}.yaml`)).filter((right) => !used.has(right));
  };

  before(async () => {
    scene = await openScene('roles');
    device = scene.name();
    assertCode(await scene.run(['create', device, '--register', '--gateway', '-o', 'json']), 0);
  });
  after(() => everyEnd(...closers, () => scene.close()));
  const itTogether = together();

  itTogether('a viewer follows devices, reads no Secret, and changes nothing', async () => {
    const viewer = await person('viewer');
    const status = (await viewer.may('status', device)).json();
    assert.deepEqual([status.ready, status.stage, status.warnings], [true, 'connected', []]);
    assert.ok((await viewer.may('list')).json<{ items: { name: string }[] }>().items.some(({ name }) => name === device));
    await viewer.may('wait', device);
    // A device that does not run makes edge-vm read everything that may show why.
    const open = scene.name();
    assertCause(await scene.run(['create', open, '--register', '--memory', '900Gi', '-o', 'json']), 5, 'unschedulable');
    assertCause(await viewer.run('wait', open), 5, 'unschedulable');
    assert.match(await viewer.mayNot('get', device), /not allowed to get Secret\/.*\n.*docs\/rbac\.md/s);
    const file = await scene.file('device.yaml', `spec: { identity: { register: {} } }\nmetadata: { name: ${device} }\n`);
    for (const args of [['diff', '-f', file], ['set', device, '--memory', '4Gi'], ['create', scene.name(), '--register'], ['restart', device], ['delete', device]]) {
      assert.match(await viewer.mayNot(...args), /docs\/rbac/, args[0]);
    }
    const secrets = viewer.proxy.seen.filter(({ path, status: code }) => path.includes('/secrets') && code !== 403);
    assert.deepEqual(secrets, []);
    assertCode(await scene.run(['delete', open, '--deregister', '-o', 'json']), 0);
    assert.deepEqual(await unused('viewer', viewer), []);
  });

  itTogether('a developer creates and changes devices, and deletes none', async () => {
    const developer = await person('developer');
    const name = scene.name();
    await developer.may('create', name, '--register', '--gateway');
    await developer.may('status', name);
    await developer.may('list');
    await developer.may('set', name, '--annotation', 'note=x', '--no-wait');
    const file = await scene.file('got.json', (await developer.may('get', name)).stdout);
    await developer.may('diff', '-f', file);
    await virtctl(['stop', name, '-n', scene.namespace]);
    assertCause(await developer.run('wait', name), 5, 'vm-stopped');
    await developer.may('start', name);
    await developer.may('restart', name);
    // No longer a gateway.
    await developer.may('create', '-f', await scene.file('plain.json', JSON.stringify({ metadata: { name }, spec: { identity: { register: {} } } })), '--yes', '--no-wait');
    assert.equal(await scene.get(kinds.Service, name), undefined);
    // An instance that never ran is replaced, but a disk is not deleted.
    const large = scene.name();
    assertCause(await developer.run('create', large, '--register', '--memory', '900Gi'), 5, 'unschedulable');
    await developer.may('create', large, '--register', '--memory', '2Gi', '--wait-for', 'running');
    const before = await objectsOf(scene, name);
    for (const flags of [[], ['--keep-disk'], ['--deregister']]) {
      assert.match(await developer.mayNot('delete', name, ...flags), flags[0] === '--keep-disk' ? /patch/ : /not allowed to delete VirtualMachine/, flags.join());
    }
    assert.deepEqual(await objectsOf(scene, name), before, 'a refused delete deletes nothing');
    assert.notEqual(await scene.hub.device(name), undefined);
    assert.deepEqual(await unused('developer', developer), []);
    for (const one of [name, large]) assertCode(await scene.run(['delete', one, '--deregister', '-o', 'json']), 0);
  });

  itTogether('an operator does everything, in all namespaces', async () => {
    const operator = await person('operator');
    const name = scene.name();
    // In the namespace that edge-vm makes, not in the scene's.
    const inOwn = (...args: string[]): Promise<CliResult> => cli([...args, '-o', 'json'], { env: { KUBECONFIG: operator.proxy.kubeconfig } });
    const alone = async (...args: string[]): Promise<CliResult> => {
      const result = await inOwn(...args);
      assertCode(result, 0);
      return result;
    };
    const { namespace } = (await alone('create', name, '--register', '--gateway', '--namespace-per-device')).json();
    assert.match(namespace, /^msiot-/);
    const all = (await alone('list', '-A')).json<{ items: { name: string }[] }>().items.map((item) => item.name);
    assert.ok(all.includes(name) && all.includes(device), all.join());
    await virtctl(['stop', name, '-n', namespace]);
    assertCause(await inOwn('wait', name, '-n', namespace), 5, 'vm-stopped');
    for (const args of [['start', name], ['restart', name], ['set', name, '--label', 'note=x', '--no-wait'], ['get', name], ['delete', name, '--keep-disk']]) await alone(...args, '-n', namespace);
    await alone('create', name, '--register', '--namespace-per-device', '--memory', '900Gi', '--no-wait');
    assertCause(await inOwn('wait', name, '-n', namespace), 5, 'unschedulable');
    await alone('create', name, '--register', '--namespace-per-device', '--memory', '2Gi', '--wait-for', 'running', '--yes');
    await alone('status', name, '-n', namespace);
    await alone('delete', name, '--deregister', '--delete-namespace', '-n', namespace);
    assert.deepEqual(await unused('operator', operator), [
      // For a CDI that deletes the DataVolume and leaves the claim to the VM; the lab's CDI does not.
      '/persistentvolumeclaims patch',
    ]);
  });
});
