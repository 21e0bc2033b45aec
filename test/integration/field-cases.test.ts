import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { load } from 'js-yaml';
import { join } from 'node:path';
import { kinds } from '../../src/cluster/index.js';
import type { KubeObject } from '../../src/cluster/types.js';
import { assertCause, assertCode } from './harness/cli.js';
import { eventually, outcomes } from './harness/objects.js';
import { repositoryFile } from './harness/paths.js';
import { kubectl, virtctl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const file = (name: string): string => repositoryFile('test', 'fixtures', 'cases', `${name}.yaml`);

/** Plain data that tests reach into. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Open = Record<string, any>;

/** Files of people from the field, with the real API server, webhooks and controllers. */
describe('files from the field', () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene('field');
  });
  after(() => scene.close());

  const create = (name: string, template: string, ...more: string[]) => scene.run(['create', name, '--register', '--template-file', file(template), '--no-wait', '-o', 'json', ...more]);
  const machine = async (name: string): Promise<KubeObject & Open> => (await scene.get(kinds.VirtualMachine, name))!;

  it('second-volume: two devices each have their own second disk', async () => {
    const names = [scene.name('line'), scene.name('line')];
    for (const name of names) assertCode(await create(name, 'second-volume'), 0);
    for (const name of names) {
      await eventually('the disk is made', async () => (await scene.get(kinds.DataVolume, `${name}-modules`)) !== undefined);
      const disk = await scene.get(kinds.DataVolume, `${name}-modules`);
      assert.equal(disk?.metadata.labels?.['app.kubernetes.io/instance'], name);
      assert.equal(disk?.metadata.ownerReferences?.[0]?.name, name);
    }
  });

  for (const template of ['no-interfaces', 'bridge']) {
    it(`${template}: the guest keeps its network over a restart`, async () => {
      const name = scene.name('cell');
      assertCode(await create(name, template), 0);
      const secret = (await scene.get(kinds.Secret, `${name}-cloud-init`)) as Open;
      const network = load(Buffer.from(secret['data'].networkdata as string, 'base64').toString('utf8')) as Open;
      assert.deepEqual(network['ethernets'], { primary: { match: { name: 'e*' }, dhcp4: true } });
      await eventually('the instance runs', async () => (await scene.get(kinds.VirtualMachineInstance, name))?.status?.['phase'] === 'Running');
      const before = (await scene.get(kinds.VirtualMachineInstance, name))!;
      await virtctl(['restart', name, '-n', scene.namespace]);
      await eventually('another instance runs', async () => {
        const vmi = await scene.get(kinds.VirtualMachineInstance, name);
        return vmi !== undefined && vmi.metadata.uid !== before.metadata.uid && vmi.status?.['phase'] === 'Running';
      });
      const volume = ((await scene.get(kinds.VirtualMachineInstance, name)) as Open)['spec'].volumes.find((one: Open) => one['cloudInitNoCloud'] !== undefined) as Open;
      assert.deepEqual(volume['cloudInitNoCloud'].networkDataSecretRef, { name: `${name}-cloud-init` });
    });
  }

  it('limits: the pod is as large as the guest', async () => {
    const name = scene.name('line');
    assertCode(await create(name, 'limits', '--memory', '8Gi', '--cpus', '4'), 0);
    await eventually('the launcher pod is there', async () => (await scene.list(kinds.Pod, `vm.kubevirt.io/name=${name}`)).length === 1);
    const [pod] = (await scene.list(kinds.Pod, `vm.kubevirt.io/name=${name}`)) as Open[];
    const { resources } = (pod!['spec'].containers as Open[]).find((one) => one['name'] === 'compute')!;
    assert.equal(resources.limits.cpu, '4');
    const mebibytes = (quantity: string): number => (quantity.endsWith('Gi') ? Number.parseFloat(quantity) * 1024 : quantity.endsWith('Mi') ? Number.parseFloat(quantity) : Number(quantity) / 2 ** 20);
    for (const kind of ['requests', 'limits']) assert.ok(mebibytes(resources[kind].memory as string) >= 8192, `${kind}: ${resources[kind].memory as string}`);
  });

  it('from-cluster: nothing of the old object, and no old credential, is in the new one', async () => {
    const name = scene.name('gw');
    assertCode(await create(name, 'from-cluster'), 0);
    const text = JSON.stringify(await machine(name));
    for (const gone of ['oldhub', 'SharedAccessKey', 'old-gw', 'plant-a', '3f0c5f4a-1111']) assert.ok(!text.includes(gone), gone);
    await eventually('the disk is in this namespace', async () => (await scene.get(kinds.DataVolume, `${name}-root`)) !== undefined);
  });

  for (const [template, stopped] of [['running-true', false], ['running-false', true]] as const) {
    it(`${template}: is stopped and started as runStrategy is, without a conflict`, async () => {
      const name = scene.name('line');
      const unchanged = async (...more: string[]): Promise<void> => {
        const again = await create(name, template, ...more);
        assertCode(again, 0);
        assert.equal(again.json().cause, undefined);
      };
      const strategy = async (): Promise<unknown> => ((await machine(name)).spec as Open)['runStrategy'] as unknown;
      assertCode(await create(name, template), 0);
      assert.equal(await strategy(), stopped ? 'Halted' : 'Always');
      if (!stopped) {
        await eventually('the instance runs', async () => (await scene.get(kinds.VirtualMachineInstance, name))?.status?.['phase'] === 'Running');
        await virtctl(['stop', name, '-n', scene.namespace]);
      }
      await unchanged();
      assert.equal(await strategy(), 'Halted', 'applying again does not start it');
      await unchanged('--start');
      await eventually('it is started', async () => (await scene.get(kinds.VirtualMachineInstance, name)) !== undefined);
      const running = await strategy();
      await unchanged();
      await unchanged('--take-ownership');
      assert.equal(await strategy(), running, 'nothing is switched off');
      assert.equal(((await machine(name)).spec as Open)['running'], undefined);
    });
  }

  it('a device that an older edge-vm made with running goes on with runStrategy', async () => {
    const name = scene.name('line');
    assertCode(await create(name, 'running-true'), 0);
    const live = await machine(name);
    const { runStrategy: _strategy, ...spec } = live.spec as Open;
    const ours = (live.metadata.managedFields as Open[]).find((entry) => entry['manager'] === 'edge-vm')!;
    assert.ok(ours['fieldsV1']['f:spec']['f:runStrategy'] !== undefined);
    const { namespace, labels, annotations } = live.metadata;
    await kubectl(['apply', '--server-side', '--field-manager=edge-vm', '--force-conflicts', '-f', '-'], JSON.stringify({ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', metadata: { name, namespace, labels, annotations }, spec: { ...spec, running: true } }));
    assert.deepEqual([((await machine(name)).spec as Open)['running'], ((await machine(name)).spec as Open)['runStrategy']], [true, undefined]);
    assertCode(await create(name, 'running-true'), 0);
    assert.deepEqual([((await machine(name)).spec as Open)['running'], ((await machine(name)).spec as Open)['runStrategy']], [undefined, 'Always']);
  });

  for (const [what, suffix, template] of [['root disk', 'root', 'limits'], ['second disk', 'modules', 'second-volume']] as const) {
    it(`a foreign claim in the place of the ${what} is refused before the hub's device is made`, async () => {
      const name = scene.name('gw');
      await scene.cluster.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: `${name}-${suffix}`, namespace: scene.namespace }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } });
      assertCause(await create(name, template), 3, 'not-owned');
      assert.equal(await scene.hub.device(name), undefined);
      assert.equal(await scene.get(kinds.Secret, `${name}-cloud-init`), undefined);
    });
  }

  it('an edge CA certificate with the key of another is refused, by its flags, before anything is made', async () => {
    const name = scene.name('gw');
    const make = (key: string): void => void execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=edge CA of a test', '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', join(scene.folder, `${key}.key`), '-out', join(scene.folder, `${key}.pem`)], { stdio: 'ignore' });
    make('one');
    make('two');
    const run = await scene.run(['create', name, '--register', '--edge-ca-cert', join(scene.folder, 'one.pem'), '--edge-ca-key', join(scene.folder, 'two.key'), '--no-wait', '-o', 'json']);
    const cause = assertCause(run, 2, 'invalid-input');
    assert.match(cause.message, /--edge-ca-key.*is not the key of/);
    assert.equal(await scene.hub.device(name), undefined);
  });

  it('a nested device has its parent in the hub, and is not made if there is no such parent', async () => {
    const [parent, name, orphan] = [scene.name('top'), scene.name('low'), scene.name('low')];
    await scene.hub.register(parent);
    const nested = (child: string, of: string) => scene.run(['create', child, '--register', '--parent-hostname', `${of}.example`, '--parent-device', of, '--agent-image', '$upstream:443/azureiotedge-agent:1.6', '--no-wait', '-o', 'json']);
    assertCode(await nested(name, parent), 0);
    const top = (await scene.hub.device(parent))!;
    assert.deepEqual((await scene.hub.device(name))?.['parentScopes'], [top['deviceScope']]);
    const again = await nested(name, parent);
    assertCode(again, 0);
    assert.ok(outcomes(again.json()).every((one) => one.endsWith('unchanged')), outcomes(again.json()).join());
    assertCause(await nested(orphan, 'no-such-parent'), 5, 'device-not-found');
    assert.equal(await scene.hub.device(orphan), undefined);
  });

  it('a disk that was kept is shown until it is taken up again', async () => {
    const name = scene.name('gw');
    assertCode(await create(name, 'limits'), 0);
    await eventually('the disk is made', async () => (await scene.get(kinds.DataVolume, `${name}-root`)) !== undefined);
    const kept = await scene.run(['delete', name, '--keep-disk']);
    assertCode(kept, 0);
    assert.match(kept.stderr, new RegExp(`create ${name} uses the disk again`));
    const list = async () => (await scene.run(['list', '-o', 'json'])).json<{ keptDisks?: { name: string; instance: string }[] }>().keptDisks?.map((disk) => disk.name) ?? [];
    assert.ok((await list()).includes(`${name}-root`));
    assert.match((await scene.run(['status', name])).stderr, new RegExp(`a deleted device of that name left ${name}-root`));
    assertCode(await create(name, 'limits'), 0);
    await eventually('the disk is taken up', async () => !(await list()).includes(`${name}-root`));
  });
});
