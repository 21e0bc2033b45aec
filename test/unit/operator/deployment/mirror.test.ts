import assert from 'node:assert/strict';
import { smallManifest } from '../../deployment/manifest.js';
import { deploymentScene } from './scene.js';

describe('an EdgeDeployment with source: Hub', () => {
  it('shows what the hub wants and what each device reports, and writes nothing to the hub', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01', { site: 'north' });
    scene.addDevice('gw-02', { site: 'north' });
    scene.addDevice('gw-03');
    scene.put({ source: 'Hub', selector: { matchExpressions: [{ key: 'site', operator: 'Exists' }] } });
    await scene.hub.applyConfiguration('GW-01', { modulesContent: smallManifest() });
    scene.takeUp('GW-01');
    scene.hub.calls.length = 0;
    scene.poll();
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, []);
    assert.deepEqual(scene.status().counts, { selected: 2, applied: 1, reported: 1, failing: 0 });
    assert.equal(scene.status().summary, '1 of 2 devices');
    assert.equal(scene.report('gw-01')?.modules?.length, 3);
    assert.equal(scene.report('gw-02')?.message, 'no deployment is set for the device in the hub');
    assert.deepEqual(scene.status().conditions?.map(({ type, reason }) => `${type} ${reason}`), ['Ready Progressing']);
  });

  it('names EdgeDevices that do not exist', async () => {
    const scene = deploymentScene();
    scene.addDevice('gw-01');
    scene.put({ source: 'Hub', devices: ['gw-01', 'gw-09'] });
    scene.poll();
    await scene.reconcile();
    assert.equal(scene.status().counts?.selected, 1);
    assert.deepEqual([scene.condition('Ready')?.reason, scene.condition('Ready')?.message], ['DeviceNotFound', 'there is no EdgeDevice gw-09 in the namespace']);
  });

  it('says so when it has a manifest too', async () => {
    const scene = deploymentScene();
    scene.put({ source: 'Hub', modulesContent: smallManifest(), selector: {} });
    await scene.reconcile();
    assert.match(scene.condition('ManifestValid')!.message, /must be absent with source: Hub/);
  });
});
