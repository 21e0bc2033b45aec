import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { kinds, type KubeObject } from '../../src/cluster/index.js';
import { assertCause, assertCode } from './harness/cli.js';
import { kubectl } from './harness/programs.js';
import { openScene, type Scene } from './harness/scene.js';

interface Manifest extends KubeObject {
  spec?: { template: { spec: { domain: { memory: { guest: string } } } } };
}

describe('a device that a GitOps tool applies', () => {
  let scene: Scene;
  let name: string;

  const manifests = async (secret: 'include' | 'omit'): Promise<string> => {
    const run = await scene.run(['render', '-f', 'device.yaml', `--secret=${secret}`], { cwd: scene.folder });
    assertCode(run, 0);
    return run.stdout;
  };
  const apply = (manager: string, text: string): Promise<string> => kubectl(['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-n', scene.namespace, '-f', '-'], text);
  /** As kustomize-controller does: with its labels, and its own values first. */
  const applyAsFlux = async (text: string): Promise<void> => {
    const flux = { 'kustomize.toolkit.fluxcd.io/name': 'devices', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' };
    for (const one of loadAll(text) as KubeObject[]) await apply('kustomize-controller', JSON.stringify({ ...one, metadata: { ...one.metadata, labels: { ...one.metadata.labels, ...flux } } }));
  };
  const memory = async (): Promise<string> => ((await scene.get(kinds.VirtualMachine, name)) as Manifest).spec!.template.spec.domain.memory.guest;

  before(async () => {
    scene = await openScene('gitops');
    name = scene.name();
    await scene.file('key.txt', await scene.hub.register(name));
    await scene.file('device.yaml', `apiVersion: edge-vm.io/v1alpha1\nkind: EdgeDevice\nmetadata: { name: ${name} }\nspec:\n  identity: { connectionString: { file: key.txt } }\n  vm: { memory: 2Gi }\n`);
    const [secret] = loadAll(await manifests('include')) as KubeObject[];
    assert.equal(secret!.kind, 'Secret');
    // With the words of another tool, as External Secrets makes it.
    delete secret!.metadata.labels;
    await apply('externalsecrets.external-secrets.io', JSON.stringify(secret));
    await applyAsFlux(await manifests('omit'));
  });
  after(() => scene.close());

  it('is followed like any other', async () => {
    const waited = await scene.run(['wait', name, '-o', 'json']);
    assertCode(waited, 0);
    assert.deepEqual([waited.json().ready, waited.json().device.id], [true, name]);
    assert.equal((await scene.run(['status', name, '-o', 'json'])).json().ready, true);
    assert.deepEqual((await scene.run(['list', '-o', 'json'])).json<{ items: { name: string }[] }>().items.map((item) => item.name), [name]);
  });

  it('takes the change of an overlay', async () => {
    for (const folder of ['base', 'large']) await mkdir(join(scene.folder, folder));
    await scene.file('base/gw.yaml', await manifests('omit'));
    await scene.file('base/kustomization.yaml', 'resources: [gw.yaml]\n');
    await scene.file('large/kustomization.yaml', `resources: [../base]\npatches:\n  - target: { kind: VirtualMachine }\n    patch: |\n      - { op: replace, path: /spec/template/spec/domain/memory/guest, value: 4Gi }\n`);
    await applyAsFlux(await kubectl(['kustomize', join(scene.folder, 'large')]));
    assert.equal(await memory(), '4Gi');
    assert.equal((await scene.run(['status', name, '-o', 'json'])).json().ready, true);
  });

  it('is not changed by set: the conflict sends the person to the repository', async () => {
    await apply('external-secrets', JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-cloud-init`, labels: { 'app.kubernetes.io/managed-by': 'edge-vm' } } }));
    const cause = assertCause(await scene.run(['set', name, '--memory', '8Gi', '-o', 'json']), 3, 'field-conflict');
    assert.match(cause.message, /memory\.guest is owned by kustomize-controller/);
    assert.match(cause.hint ?? '', /repository that kustomize-controller applies/);
    assert.equal(await memory(), '4Gi');
    const secret = await scene.get(kinds.Secret, `${name}-cloud-init`);
    assert.deepEqual(Object.keys(secret!['data'] as object), ['userdata'], 'the Secret has not changed either');
  });

  it('has no kept EdgeDevice, and get says why', async () => {
    const cause = assertCause(await scene.run(['get', name, '-o', 'json']), 3, 'not-found');
    assert.match(cause.message, /applied what render printed/);
  });

  it('is deleted with the warning that it comes back', async () => {
    const run = await scene.run(['delete', name, '--yes', '-o', 'json']);
    assertCode(run, 0);
    assert.match(run.stderr, /warning: Kustomization flux-system\/devices \(Flux\) applies the VirtualMachine/);
    assert.equal(await scene.get(kinds.VirtualMachine, name), undefined);
  });
});
