import assert from 'node:assert/strict';
import { operatorScene, register, settled, type OperatorScene } from './helpers/scene.js';

const image = 'contoso.azurecr.io/sensor:9';

/** A ready device whose edge agent reports that it cannot pull an image of the deployment. */
async function pulling(words: string): Promise<OperatorScene> {
  const scene = operatorScene();
  const { queue } = scene.start();
  scene.apply(register);
  await settled(scene);
  scene.hub.twins.set('gw-01', { ...scene.hub.twins.get('gw-01')!, desired: { $version: 2, modules: { sensor: { status: 'running', settings: { image } } } } });
  scene.hub.report('gw-01', { lastDesiredVersion: 2, lastDesiredStatus: { code: 500, description: `Could not pull image ${image}${words}` } }, scene.clock.iso(1_000));
  await settled(scene, 61_000);
  queue.add('edge/gw-01');
  await settled(scene, 21_000);
  assert.equal(scene.condition('Ready')?.status, 'True', JSON.stringify(scene.status()));
  return scene;
}

describe('an EdgeDevice with an image that the device cannot pull', () => {
  it('says so when the pull lasts for minutes, without news of the hub, and by an Event', async () => {
    const scene = await pulling('');
    assert.equal(scene.condition('Deployed')?.reason, 'Applying');
    await settled(scene, 120_000);
    assert.equal(scene.condition('Deployed')?.reason, 'ImagePullFailed');
    assert.match(scene.condition('Deployed')!.message, /image contoso\.azurecr\.io\/sensor:9 of module sensor .*registryCredentials/);
    assert.equal(scene.condition('Ready')?.status, 'True', 'it is connected');
    assert.equal(scene.events.filter((event) => event.startsWith('gw-01 Warning ImagePullFailed: the device cannot pull')).length, 1);
  });

  it('says so at once if another attempt cannot help', async () => {
    const scene = await pulling(', StatusCode:404');
    assert.equal(scene.condition('Deployed')?.reason, 'ImagePullFailed');
  });
});
