import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import { assertCause, assertCode, type CliResult } from './harness/cli.js';
import { ownTemplate } from './harness/own-template.js';
import { eventually } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';

interface Failure {
  title: string;
  args: string[] | ((scene: Scene) => Promise<string[]>);
  code: string;
  /** What the message must say. */
  message: RegExp;
  hint: RegExp;
  /** Highest stage that is reached. */
  stage: string;
}

const fault = (text: string): string[] => ['--annotation', `lab.edge-vm.io/fault=${text}`];

/** A storage class for which CDI knows no access mode, as for many classes on people's own clusters. */
async function bareClass(scene: Scene): Promise<string[]> {
  const name = `${scene.namespace}-bare`;
  await scene.cluster.create({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'disk.lab.edge-vm.io', volumeBindingMode: 'Immediate' });
  return ['--storage-class', name];
}

/** A containerDisk besides the root disk. The node pulls its image. */
async function brokenImage(scene: Scene): Promise<string[]> {
  const template = await ownTemplate(scene, ({ template: { spec } }) => {
    spec.volumes.push({ name: 'tools', containerDisk: { image: 'broken.invalid/tools:1' } });
    spec.domain.devices.disks.push({ name: 'tools', disk: { bus: 'virtio' } });
  });
  return ['--template-file', template];
}

const failures: Failure[] = [
  { title: 'no node is large enough', args: ['--memory', '900Gi'], code: 'unschedulable', message: /no node takes the VM: .*Insufficient memory/, hint: /--memory/, stage: 'disk' },
  { title: 'no node has the label', args: ['--node-selector', 'disktype=gold'], code: 'unschedulable', message: /no node takes the VM/, hint: /--node-selector/, stage: 'disk' },
  { title: 'the image cannot be imported', args: ['--image', 'docker://registry.invalid/ubuntu:24.04'], code: 'import-failed', message: /registry\.invalid.*no such host/, hint: /--image/, stage: 'applied' },
  { title: 'the image of a web server cannot be imported', args: ['--image', 'https://images.invalid/u.qcow2'], code: 'import-failed', message: /images\.invalid.*no such host/, hint: /--image/, stage: 'applied' },
  { title: 'CDI can make no claim of the disk', args: bareClass, code: 'claim-invalid', message: /no accessMode specified in StorageProfile/, hint: /--access-mode.*--storage-class/, stage: 'applied' },
  { title: 'an image of the launcher pod cannot be pulled', args: brokenImage, code: 'image-failed', message: /broken\.invalid\/tools:1/, hint: /registry/, stage: 'scheduled' },
  { title: 'the version of the runtime is not in the source', args: ['--edge-version', '1.6.99-1', '--identity-service-version', '1.6.99-1'], code: 'guest-step-failed', message: /package-not-found.*1\.6\.99-1/, hint: /./, stage: 'engine' },
  { title: 'the key of the package source is rejected', args: fault('engine=key-rejected'), code: 'guest-step-failed', message: /key-rejected/, hint: /key/i, stage: 'booted' },
  { title: 'the guest does not trust the hub', args: fault('agent=hub-untrusted'), code: 'hub-untrusted', message: /certificate verify failed.*unable to get local issuer certificate/, hint: /--ca/, stage: 'configured' },
  { title: 'the proxy refuses the guest', args: fault('agent=proxy-refused'), code: 'proxy-refused', message: /407/, hint: /--proxy-https/, stage: 'configured' },
  { title: 'iotedge config apply refuses', args: fault('config=config-rejected'), code: 'guest-step-failed', message: /config-rejected/, hint: /config/i, stage: 'runtime' },
];

describe('a device that cannot become ready', () => {
  let scene: Scene;
  const runs = new Map<string, Promise<CliResult>>();
  let mirror: Promise<CliResult>;

  // All at once: they wait most of the time.
  before(async () => {
    scene = await openScene('failure');
    mirror = scene.run(['create', scene.name('mirror'), '--register', '-o', 'json', '--timeout', '60s', ...fault('engine=apt-unreachable')]);
    mirror.catch(() => undefined);
    for (const { title, args } of failures) {
      const more = typeof args === 'function' ? await args(scene) : args;
      const run = scene.run(['create', scene.name('dead'), '--register', '-o', 'json', '--timeout', '10m', ...more]);
      run.catch(() => undefined);
      runs.set(title, run);
    }
  });
  after(async () => {
    await scene.cluster.delete({ type: kinds.StorageClass, name: `${scene.namespace}-bare` });
    await scene.close();
  });

  for (const { title, code, message, hint, stage } of failures) {
    it(`ends with exit code 5 and the cause: ${title}`, async () => {
      const run = await runs.get(title)!;
      const cause = assertCause(run, 5, code);
      assert.match(cause.message, message);
      assert.match(cause.hint ?? '', hint);
      const result = run.json();
      assert.deepEqual([result.ready, result.stage], [false, stage]);
      assert.ok(run.seconds < 160, `took ${run.seconds} s of 10 minutes`);
    });
  }

  it('shows the same cause in status, at once', async () => {
    const run = await runs.get('the key of the package source is rejected')!;
    const { name } = run.json();
    // The guest tries again and again. During a try it reports no failure.
    const status = await eventually('status shows the failed step', async () => {
      const one = await scene.run(['status', name, '-o', 'json']);
      return one.code === 0 ? undefined : one;
    });
    assertCause(status, 5, 'guest-step-failed');
    assert.equal(status.json().stage, 'booted');
  });

  it('leaves what failed for delete, which removes it all', async () => {
    const results = await Promise.all(runs.values());
    const names = results.map((run) => run.json().name).slice(0, 3);
    for (const run of await Promise.all(names.map((name) => scene.run(['delete', name, '--timeout', '60s'])))) assertCode(run, 0);
    const listed = (await scene.run(['list', '-o', 'json'])).json<{ items: { name: string }[] }>().items.map((item) => item.name);
    assert.deepEqual(names.filter((name) => listed.includes(name)), []);
  });

  it('gets well by the same create with an access mode, in a class without one', async () => {
    const { name } = (await runs.get('CDI can make no claim of the disk')!).json();
    assertCode(await scene.run(['create', name, '--register', '--access-mode', 'ReadWriteOnce', '--volume-mode', 'Block']), 0);
    const claim = await scene.get(kinds.PersistentVolumeClaim, `${name}-root`);
    assert.deepEqual([claim?.spec?.['accessModes'], claim?.spec?.['volumeMode']], [['ReadWriteOnce'], 'Block']);
  });

  it('does not boot without its cloud-init Secret, and boots after create has made that again', async () => {
    const name = scene.name('secret');
    assertCode(await scene.run(['create', name, '--register']), 0);
    const secret = { type: kinds.Secret, name: `${name}-cloud-init`, namespace: scene.namespace };
    await scene.cluster.delete(secret);
    await scene.cluster.delete({ type: kinds.VirtualMachineInstance, name, namespace: scene.namespace });
    const waited = await scene.run(['wait', name, '-o', 'json', '--timeout', '60s']);
    assertCause(waited, 5, 'secret-missing');
    assert.equal((await scene.get(kinds.VirtualMachineInstance, name))?.status?.['phase'], 'Scheduling');
    const said = await scene.list(kinds.Event);
    assert.ok(said.some((event) => event['reason'] === 'FailedMount' && String(event['message']).endsWith(`secret "${name}-cloud-init" not found`)));
    assertCode(await scene.run(['create', name, '--register', '--timeout', '60s']), 0);
  });

  it('still waits for a problem that may go away by itself', async () => {
    // A mirror that is down for a while is not a failure. The time-out says what was tried.
    const run = await mirror;
    const cause = assertCause(run, 4, 'timed-out');
    assert.match(cause.message, /the last stage reached is booted.*apt-unreachable.*; step engine of the guest failed \d+ times, the last time with apt-unreachable/);
    assert.match(cause.hint ?? '', /does not reach its package sources: check its proxy, DNS, MTU and the firewall\. The device continues by itself; wait again: edge-vm wait/);
  });
});
