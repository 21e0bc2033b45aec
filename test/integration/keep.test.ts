import assert from 'node:assert/strict';
import { kinds } from '../../src/cluster/index.js';
import type { EdgeDevice } from '../../src/spec/types.js';
import { assertCause, assertCode } from './harness/cli.js';
import { eventually, outcomes, versionsOf } from './harness/objects.js';
import { kubectl, virtctl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

const sshKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zq0Qe3m6yq3xW8c4d2Jb1Vf0kq9mZr3C5pXyT7uVw me@here';
const noCredentials = { env: { EDGE_VM_CONNECTION_STRING: undefined, EDGE_VM_HUB_CONNECTION_STRING: undefined } };

describe('a device that is kept with its VM', () => {
  let scene: Scene;
  let name: string;
  before(async () => {
    scene = await openScene('keep');
    name = scene.name();
    const key = await scene.file('id.pub', `${sshKey}\n`);
    const extra = await scene.file('extra.yaml', '#cloud-config\nbootcmd:\n  - [sh, -c, "echo 0644 > /run/x"]\n');
    const run = await scene.run([
      'create', name, '--register', '--gateway', '--ssh-key', key, '--label', 'site=a', '--node-selector', 'kubernetes.io/os=linux',
      '--memory', '8Gi', '--generation', '2', '--proxy-http', 'http://proxy.example:3128', '--cloud-config', extra, '--no-wait', '-o', 'json',
    ]);
    assertCode(run, 0);
    assertCode(await scene.run(['wait', name, '--wait-for', 'configured', '--timeout', '150s']), 0);
  });
  after(() => scene.close());

  const machine = async () => {
    const vm = await scene.get(kinds.VirtualMachine, name);
    return { vm: vm!, memory: (vm!.spec!['template'] as { spec: { domain: { memory: { guest: string } } } }).spec.domain.memory.guest };
  };
  const kept = async (): Promise<EdgeDevice> => JSON.parse(Buffer.from(((await scene.get(kinds.Secret, `${name}-cloud-init`))!['data'] as Record<string, string>)['edgedevice']!, 'base64').toString()) as EdgeDevice;

  it('is changed by nothing that fewer flags leave out', async () => {
    const before = await versionsOf(scene, name);
    const again = await scene.run(['create', name, '--register', '--start', '--no-wait', '-o', 'json']);
    assertCode(again, 0);
    assert.deepEqual(outcomes(again.json()), ['Secret unchanged', 'VirtualMachine unchanged', 'Service unchanged']);
    const without = await scene.run(['create', name, '--no-wait', '-o', 'json'], noCredentials);
    assertCode(without, 0);
    assert.deepEqual(outcomes(without.json()), ['Secret unchanged', 'VirtualMachine unchanged', 'Service unchanged']);
    assert.deepEqual(await versionsOf(scene, name), before);
    assert.equal((await machine()).vm.metadata.annotations?.['edge-vm.io/generation'], '2');
  });

  it('holds no credential, and is in the Secret only', async () => {
    const { authentication } = (await scene.hub.device(name)) as { authentication: { symmetricKey: { primaryKey: string } } };
    const { primaryKey } = authentication.symmetricKey;
    const text = JSON.stringify(await kept());
    assert.ok(text.includes(sshKey) && !text.includes(primaryKey));
    const all = await kubectl(['get', 'vm,vmi,svc,dv,pod,events', '-n', scene.namespace, '-o', 'json', '--show-managed-fields']);
    assert.ok(!all.includes(primaryKey) && !all.includes('edgedevice'));
    const got = await scene.run(['get', name], noCredentials);
    assert.ok(!got.stdout.includes(primaryKey));
  });

  it('is printed by get as a file that changes nothing', async () => {
    const got = await scene.run(['get', name], noCredentials);
    assertCode(got, 0);
    const file = await scene.file('got.yaml', got.stdout);
    const same = await scene.run(['diff', '-f', file], noCredentials);
    assertCode(same, 0);
    assert.equal(same.stdout, '');
    const before = await versionsOf(scene, name);
    const again = await scene.run(['create', '-f', file, '--no-wait', '-o', 'json']);
    assertCode(again, 0);
    assert.deepEqual(outcomes(again.json()), ['Secret unchanged', 'VirtualMachine unchanged', 'Service unchanged']);
    assert.deepEqual(await versionsOf(scene, name), before);
  });

  it('loses what a file leaves out only with a flag', async () => {
    const file = await scene.file('fewer.yaml', `apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: ${name}}\nspec:\n  identity: {register: {}}\n  gateway: {}\n  vm: {memory: 6Gi}\n`);
    const diff = await scene.run(['diff', '-f', file], noCredentials);
    assertCode(diff, 1);
    assert.match(diff.stdout, /spec\.vm\.memory: 8Gi → 6Gi \(once the machine is restarted\)/);
    const before = await versionsOf(scene, name);
    const refused = await scene.run(['create', '-f', file, '--no-wait', '-o', 'json']);
    assertCause(refused, 2, 'usage');
    for (const gone of ['metadata.labels', 'spec.guest.sshKeys', 'spec.guest.proxy', 'spec.vm.nodeSelector', 'spec.guest.cloudConfig']) assert.match(refused.stderr, new RegExp(`${gone.replaceAll('.', '\\.')}.*removed`));
    assert.deepEqual(await versionsOf(scene, name), before);
    const done = await scene.run(['create', '-f', file, '--no-wait', '--yes', '-o', 'json']);
    assertCode(done, 0);
    const { vm, memory } = await machine();
    assert.deepEqual([memory, vm.metadata.labels?.['site'], vm.metadata.annotations?.['edge-vm.io/generation']], ['6Gi', undefined, '2']);
    assert.match(done.json().warnings.join('\n'), /must be restarted|take effect after a restart/);
  });

  it('set changes one field, with the identity that the device has', async () => {
    const run = await scene.run(['set', name, '--annotation', 'note=x', '--no-wait', '-o', 'json'], noCredentials);
    assertCode(run, 0);
    const { vm, memory } = await machine();
    assert.deepEqual([memory, vm.metadata.annotations?.['note']], ['6Gi', 'x']);
    assertCause(await scene.run(['set', `${name}-x`, '--memory', '1Gi', '-o', 'json'], noCredentials), 3, 'not-found');
    assertCause(await scene.run(['set', name, '--generation', '1', '-o', 'json', '--yes'], noCredentials), 2, 'invalid-input');
  });

  it('is not changed back if it was made before devices were kept', async () => {
    await kubectl(['patch', 'secret', `${name}-cloud-init`, '-n', scene.namespace, '--type', 'json', '-p', '[{"op":"remove","path":"/data/edgedevice"}]']);
    const before = await machine();
    const refused = await scene.run(['create', name, '--register', '--no-wait', '-o', 'json']);
    assertCause(refused, 2, 'usage');
    assert.match(refused.stderr, /Service: .* → none \(removed/);
    assert.match(refused.stderr, /metadata\.annotations\.note: x → none \(removed/);
    assert.equal((await machine()).vm.metadata.generation, before.vm.metadata.generation);
    assertCause(await scene.run(['get', name, '-o', 'json'], noCredentials), 3, 'not-found');
    assertCode(await scene.run(['create', name, '--register', '--no-wait', '--yes', '-o', 'json']), 0);
    assert.equal((await machine()).vm.metadata.annotations?.['edge-vm.io/generation'], '2');
    assert.equal(await scene.get(kinds.Service, name), undefined);
    assertCode(await scene.run(['get', name], noCredentials), 0);
  });

  it('start starts it, and needs nothing', async () => {
    await virtctl(['stop', name, '-n', scene.namespace]);
    await eventually('the instance is gone', async () => (await scene.get(kinds.VirtualMachineInstance, name)) === undefined);
    const stopped = await scene.run(['wait', name, '--timeout', '60s', '-o', 'json']);
    assert.equal(assertCause(stopped, 5, 'vm-stopped').hint, `Start it: edge-vm start ${name} -n ${scene.namespace}`);
    const started = await scene.run(['start', name, '--wait-for', 'running', '-o', 'json'], noCredentials);
    assertCode(started, 0);
    assert.deepEqual(outcomes(started.json()), ['VirtualMachine changed']);
    assert.equal((await scene.get(kinds.VirtualMachineInstance, name))?.status?.['phase'], 'Running');
  });
});
