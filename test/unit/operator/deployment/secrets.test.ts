import assert from 'node:assert/strict';
import { at } from '../../../../src/support/plain.js';
import { manifestWith } from '../../deployment/manifest.js';
import { deploymentScene, gitSpec, type DeploymentScene } from './scene.js';

const password = 'canary-password';
const registries = ['$edgeAgent', 'properties.desired', 'runtime', 'settings', 'registryCredentials'];

function scene(ref: Record<string, unknown> = { name: 'acr', key: 'password' }): DeploymentScene {
  const made = deploymentScene();
  made.addDevice('gw-01', { site: 'north' });
  made.put(gitSpec({ modulesContent: manifestWith('agent/runtime/settings/registryCredentials', { contoso: { address: 'contoso.azurecr.io', username: 'contoso', passwordSecretRef: ref } }) }));
  made.poll();
  return made;
}

function addSecret({ cluster }: DeploymentScene, data: Record<string, string>): void {
  cluster.store.put({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'acr', namespace: 'edge' }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) }, new Map());
}

describe('a password of a registry', () => {
  it('comes from its Secret, and stands in no status, Event or object', async () => {
    const one = scene();
    addSecret(one, { password: `${password}\n` });
    await one.reconcile();
    assert.equal(at(one.hub.applied.get('GW-01')?.modulesContent, ...registries, 'contoso', 'password'), password);
    one.takeUp('GW-01');
    one.tamper('GW-01', (desired) => void ((at(desired, 'runtime', 'settings', 'registryCredentials', 'contoso') as { password: string }).password = 'canary-other'));
    await one.clock.advance(1000);
    one.poll();
    await one.reconcile();
    assert.match(one.events.join(), /Restored: .*contoso\.password/);
    assert.ok(!JSON.stringify([one.events, one.resource()]).includes('canary'));
  });

  it('stops the deployment with words if the operator may not read it, with growing pauses', async () => {
    const one = scene();
    addSecret(one, { password });
    one.cluster.forbidden.add('get secrets');
    const pauses: number[] = [];
    for (let i = 0; i < 12; i += 1) pauses.push((await one.reconcile() as { afterMs: number }).afterMs);
    assert.deepEqual([one.condition('Applied')?.status, one.condition('Applied')?.reason], ['False', 'Forbidden']);
    assert.match(one.condition('Ready')!.message, /secrets/);
    assert.ok(pauses[0]! <= 1_000 && pauses.at(-1)! > 100_000, pauses.join());
    one.cluster.forbidden.clear();
    await one.reconcile();
    assert.equal(one.condition('Applied')?.status, 'True');
  });

  it('is read again after some minutes', async () => {
    const one = scene();
    addSecret(one, { password });
    await one.reconcile();
    addSecret(one, { password: 'canary-new' });
    await one.clock.advance(301_000);
    await one.reconcile();
    assert.equal(at(one.hub.applied.get('GW-01')?.modulesContent, ...registries, 'contoso', 'password'), 'canary-new');
  });

  it('makes another automatic deployment when it changes, and stands in no id or label', async () => {
    const one = scene();
    addSecret(one, { password });
    one.put({ modulesContent: one.resource()!.spec!['modulesContent'], apply: 'Automatic', targetCondition: '*' }, { uid: 'uid' });
    await one.reconcile();
    const [before] = one.hub.configurations.keys();
    addSecret(one, { password: 'canary-new' });
    await one.clock.advance(301_000);
    await one.reconcile();
    const [[id, made] = []] = [...one.hub.configurations];
    assert.equal(one.hub.configurations.size, 1);
    assert.notEqual(id, before);
    assert.equal(at(made?.content.modulesContent, ...registries, 'contoso', 'password'), 'canary-new');
    assert.ok(!JSON.stringify([one.events, one.resource(), id, made?.labels]).includes('canary'));
  });

  for (const [name, ref, data, message] of [
    ['no Secret', undefined, undefined, /there is no Secret acr in namespace edge/],
    ['a Secret without the key', undefined, { other: password }, /Secret acr has no key password/],
    ['a Secret with several keys, and no name of one', { name: 'acr' }, { a: password, b: password }, /has 2 keys: name one as key/],
    ['an empty password', undefined, { password: ' ' }, /is empty/],
  ] as const) {
    it(`stops the deployment: ${name}`, async () => {
      const one = scene(ref);
      if (data !== undefined) addSecret(one, data);
      await one.reconcile();
      assert.equal(one.condition('Applied')?.reason, 'SecretNotFound');
      assert.match(one.condition('Applied')!.message, message);
      assert.match(one.condition('Applied')!.message, /registryCredentials\.contoso\.passwordSecretRef/);
      assert.equal(one.hub.applied.size, 0);
      assert.ok(!JSON.stringify([one.events, one.resource()]).includes('canary'));
    });
  }

  it('may be the only key of its Secret', async () => {
    const one = scene({ name: 'acr' });
    addSecret(one, { anything: password });
    await one.reconcile();
    assert.equal(one.condition('Applied')?.status, 'True');
  });
});
