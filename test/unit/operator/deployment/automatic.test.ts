import assert from 'node:assert/strict';
import { configurationFor } from '../../../../src/operator/deployment/configuration.js';
import { readSpec } from '../../../../src/operator/deployment/spec.js';
import { wantedOf } from '../../../../src/operator/deployment/wanted.js';
import { EdgeVmError } from '../../../../src/support/errors.js';
import { at } from '../../../../src/support/plain.js';
import { manifestWith, smallManifest } from '../../deployment/manifest.js';
import { gate } from '../../../helpers/gate.js';
import { FakeHub } from '../../../helpers/fake-hub.js';
import { deploymentScene, type DeploymentScene } from './scene.js';

const spec = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ modulesContent: smallManifest(), apply: 'Automatic', targetCondition: "tags.site='north'", priority: 10, ...more });

async function made(): Promise<DeploymentScene> {
  const scene = deploymentScene();
  scene.put(spec(), { uid: 'uid-1' });
  scene.poll();
  await scene.reconcile();
  return scene;
}

const only = ({ hub }: DeploymentScene): { id: string; etag?: string; targetCondition: string; priority: number } => {
  assert.equal(hub.configurations.size, 1);
  return [...hub.configurations.values()][0]!;
};

/** Lets the time pass after which the hub is asked again. */
async function later(scene: DeploymentScene): Promise<void> {
  await scene.clock.advance(61_000);
  scene.hub.calls.length = 0;
  scene.events.length = 0;
  await scene.reconcile();
}

describe('an automatic EdgeDeployment', () => {
  it('is one configuration of the hub, with a finalizer that was there before', async () => {
    const scene = deploymentScene();
    const order: string[] = [];
    scene.hub.before = (call) => void order.push(call);
    scene.cluster.before = ({ verb }) => void order.push(verb);
    scene.put(spec(), { uid: 'uid-1' });
    scene.poll();
    await scene.reconcile();
    const one = only(scene);
    assert.match(one.id, /^edge-vm-edge-app-[0-9a-f]{8}-[0-9a-f]{8}$/);
    assert.deepEqual([one.targetCondition, one.priority], ["tags.site='north'", 10]);
    assert.ok(order.indexOf('patch') < order.indexOf('putConfiguration'));
    assert.deepEqual(scene.resource()?.metadata.finalizers, ['edge-vm.io/deployment']);
    assert.deepEqual(scene.status().configuration, { id: one.id, etag: '1', hub: scene.hub.hostname });
    assert.equal(scene.condition('Applied')?.status, 'True');
  });

  it('sends nothing within a minute, and one request then', async () => {
    const scene = await made();
    await scene.reconcile();
    scene.hub.calls.length = 0;
    await scene.clock.advance(15_000);
    await scene.reconcile();
    assert.deepEqual(scene.hub.calls, []);
    await later(scene);
    assert.deepEqual(scene.hub.calls, ['listConfigurations']);
  });

  it('shares that request with all automatic EdgeDeployments of the hub', async () => {
    const scene = await made();
    scene.put(spec(), { name: 'second', uid: 'uid-2' });
    await scene.reconcile('second');
    scene.hub.calls.length = 0;
    await scene.clock.advance(61_000);
    for (const name of ['app', 'second', 'app', 'second']) await scene.reconcile(name);
    assert.deepEqual(scene.hub.calls, ['listConfigurations']);
    assert.equal(scene.hub.configurations.size, 2);
  });

  it('asks the hub again after an answer that did not fit to what it knew', async () => {
    const scene = await made();
    const one = scene.hub.configurations.get(only(scene).id)!;
    await scene.clock.advance(61_000);
    scene.hub.configurations.clear();
    scene.hub.before = (call) => {
      // Somebody else is faster.
      if (call === 'putConfiguration') scene.hub.configurations.set(one.id, one);
    };
    await scene.reconcile();
    assert.equal(scene.condition('Applied')?.status, 'False');
    scene.hub.before = () => undefined;
    await scene.reconcile();
    assert.equal(scene.condition('Applied')?.status, 'True');
  });

  it('puts back what somebody changes, with the ETag', async () => {
    const scene = await made();
    const { id } = only(scene);
    scene.hub.configurations.set(id, { ...scene.hub.configurations.get(id)!, priority: 1, targetCondition: '*', etag: '7' });
    await later(scene);
    assert.deepEqual([only(scene).priority, only(scene).targetCondition, only(scene).etag], [10, "tags.site='north'", '8']);
    assert.match(scene.events.join(), /Restored: put back targetCondition, priority of automatic deployment/);
  });

  it('makes it again after somebody deleted it', async () => {
    const scene = await made();
    scene.hub.configurations.clear();
    await later(scene);
    only(scene);
    assert.match(scene.events.join(), /Restored: created/);
  });

  it('makes the configuration of a new content before it removes the old one', async () => {
    const scene = await made();
    const { id } = only(scene);
    scene.put(spec({ modulesContent: manifestWith('sensor/version', '2.0') }));
    scene.hub.calls.length = 0;
    await scene.reconcile();
    assert.notEqual(only(scene).id, id);
    assert.deepEqual(scene.hub.calls.filter((call) => /put|delete/.test(call)), ['putConfiguration', 'deleteConfiguration']);
    assert.equal(scene.status().configuration?.id, only(scene).id);
  });

  it('removes what an operator left that was killed between the two', async () => {
    const scene = await made();
    const old = scene.hub.configurations.get(only(scene).id)!;
    scene.hub.configurations.set('edge-vm-other', { ...old, id: 'edge-vm-other' });
    scene.hub.configurations.set('somebody', { ...old, id: 'somebody', labels: {} });
    scene.restart();
    await scene.reconcile();
    assert.deepEqual([...scene.hub.configurations.keys()].sort(), [old.id, 'somebody']);
  });

  for (const [name, labels] of [['a person', {}], ['another EdgeDeployment', { createdBy: 'edge-vm', uid: 'uid-2' }]] as const) {
    it(`leaves a configuration of ${name} as it is`, async () => {
      const scene = await made();
      const one = scene.hub.configurations.get(only(scene).id)!;
      scene.hub.configurations.set(one.id, { ...one, labels, priority: 3 });
      await later(scene);
      assert.equal(only(scene).priority, 3);
      assert.equal(scene.condition('Applied')?.reason, 'NotOwned');
    });
  }

  it('counts what the hub counts, and shows the EdgeDevices that have it', async () => {
    const scene = await made();
    scene.addDevice('gw-01');
    scene.addDevice('gw-02');
    const { id } = only(scene);
    await scene.hub.applyConfiguration('GW-01', { modulesContent: smallManifest() });
    scene.takeUp('GW-01');
    scene.hub.twins.set('GW-01', { ...scene.hub.twins.get('GW-01')!, configurations: { [id]: { status: 'Applied' } } });
    scene.hub.twins.set('GW-02', { ...scene.hub.twins.get('GW-02')!, configurations: { [id]: { status: 'Targeted' } } });
    scene.hub.configurations.set(id, { ...scene.hub.configurations.get(id)!, systemMetrics: { results: { targetedCount: 12, appliedCount: 11, reportedSuccessfulCount: 9, reportedFailedCount: 1 } } });
    scene.poll();
    await later(scene);
    assert.deepEqual(scene.status().counts, { selected: 12, applied: 11, reported: 9, failing: 1 });
    assert.equal(scene.status().summary, '9 of 12 devices');
    assert.deepEqual(scene.status().devices?.map(({ name }) => name), ['gw-01']);
    assert.equal(scene.condition('Ready')?.reason, 'DevicesFailing');
  });

  it('counts no device that the hub does not target any more', async () => {
    const scene = await made();
    const { id } = only(scene);
    scene.hub.configurations.set(id, { ...scene.hub.configurations.get(id)!, systemMetrics: { results: { targetedCount: 2, appliedCount: 3, reportedSuccessfulCount: 3, reportedFailedCount: 0 } } });
    await later(scene);
    assert.deepEqual([scene.status().counts, scene.status().summary], [{ selected: 2, applied: 2, reported: 2, failing: 0 }, '2 of 2 devices']);
  });

  for (const [name, spoil] of [
    ['its manifest is invalid', (scene) => scene.put(spec({ modulesContent: manifestWith('sensor/status', 'x') }))],
    ['the hub is away', (scene) => {
      scene.hub.before = () => {
        throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
      };
    }],
    ['the operator has no credential for its hub', (scene) => scene.put(spec({ hub: { hostname: 'other.azure-devices.net' } }))],
  ] as [string, (scene: DeploymentScene) => void][]) {
    it(`keeps counts, devices and configuration while ${name}`, async () => {
      const scene = await made();
      scene.addDevice('gw-01');
      const { id } = only(scene);
      scene.hub.twins.set('GW-01', { ...scene.hub.twins.get('GW-01')!, configurations: { [id]: { status: 'Applied' } } });
      scene.hub.configurations.set(id, { ...scene.hub.configurations.get(id)!, systemMetrics: { results: { targetedCount: 12, appliedCount: 11, reportedSuccessfulCount: 9, reportedFailedCount: 1 } } });
      scene.poll();
      await later(scene);
      const { counts, devices, configuration } = scene.status();
      assert.deepEqual([counts?.selected, devices?.length, configuration?.id], [12, 1, id]);
      spoil(scene);
      await later(scene);
      assert.equal(scene.condition('Ready')?.status, 'False');
      assert.deepEqual([scene.status().counts, scene.status().devices, scene.status().configuration], [counts, devices, configuration]);
    });
  }

  it('is not ready while no device fits its target condition', async () => {
    const scene = await made();
    assert.deepEqual([scene.condition('Applied')?.status, scene.condition('Ready')?.status, scene.condition('Ready')?.reason], ['True', 'False', 'NoDevices']);
    assert.match(scene.condition('Ready')!.message, /fits spec\.targetCondition/);
  });

  it('needs a targetCondition and no selection of EdgeDevices', async () => {
    const scene = deploymentScene();
    scene.put(spec({ targetCondition: ' ', selector: {}, devices: ['gw'] }));
    await scene.reconcile();
    const { message } = scene.condition('ManifestValid')!;
    for (const field of ['targetCondition', 'selector', 'devices']) assert.ok(message.includes(`spec.${field}: `), message);
  });

  it('has an id that the hub takes, and another one for each name and content', () => {
    const id = (namespace: string, name: string, version = '1'): string => {
      const resource = { apiVersion: '', kind: '', metadata: { namespace, name }, spec: spec({ modulesContent: manifestWith('sensor/version', version) }) };
      const read = readSpec(resource).spec;
      return configurationFor(resource, read, wantedOf(read.modulesContent, { values: new Map(), versions: [] })).id;
    };
    const ids = [id('a', 'b-c'), id('a-b', 'c'), id('a', 'b.c'), id('a', 'b-c', '2'), id('n'.repeat(63), 'x'.repeat(253)), id('n'.repeat(63), `${'x'.repeat(252)}y`)];
    assert.equal(new Set(ids).size, ids.length);
    for (const one of ids) assert.match(one, /^[a-z0-9-]{1,128}$/);
    assert.equal(id('a', 'b-c'), id('a', 'b-c'));
  });

  describe('that is deleted', () => {
    async function removing(): Promise<DeploymentScene> {
      const scene = await made();
      scene.cluster.store.delete('EdgeDeployment/edge/app', 'Background');
      assert.ok(scene.resource()?.metadata.deletionTimestamp !== undefined);
      return scene;
    }
    const away = (): never => {
      throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };

    it('takes its configuration along', async () => {
      const scene = await removing();
      await scene.reconcile();
      assert.equal(scene.hub.configurations.size, 0);
      assert.equal(scene.resource(), undefined);
    });

    it('is looked for once more if a request of an operator that was killed may be on its way', async () => {
      const scene = deploymentScene();
      scene.put(spec(), { uid: 'uid-1' });
      scene.poll();
      let late: (() => Promise<unknown>) | undefined;
      const putConfiguration = scene.hub.putConfiguration.bind(scene.hub);
      scene.hub.putConfiguration = async (...args) => {
        late = () => putConfiguration(...args);
        throw new Error('killed');
      };
      await assert.rejects(scene.reconcile(), /killed/);
      scene.hub.putConfiguration = putConfiguration;
      scene.restart();
      scene.cluster.store.delete('EdgeDeployment/edge/app', 'Background');
      assert.deepEqual(await scene.reconcile(), { afterMs: 15_000 });
      await late!();
      assert.equal(scene.hub.configurations.size, 1);
      await scene.clock.advance(15_000);
      await scene.reconcile();
      assert.equal(scene.hub.configurations.size, 0);
      assert.equal(scene.resource(), undefined);
    });

    it('waits for a hub that is away, says what is left, and goes when the hub is back', async () => {
      const scene = await removing();
      scene.hub.before = away;
      const outcome = await scene.reconcile();
      assert.ok((outcome as { afterMs: number }).afterMs > 0);
      const { status, reason, message } = scene.condition('HubDeploymentRemoved')!;
      assert.deepEqual([status, reason], ['False', 'HubUnreachable']);
      assert.match(message, /edge-vm-edge-app-.* is still in hub\.example\.net: the hub does not answer.*abandon-hub-deployment=true/);
      scene.cluster.edit('EdgeDeployment', 'edge', 'app', 'kubectl', (deployment) => {
        deployment.metadata.annotations = { 'edge-vm.io/abandon-hub-deployment': 'yes' };
      });
      for (let i = 0; i < 2; i++) await scene.reconcile();
      assert.match(scene.condition('HubDeploymentRemoved')!.message, /has value "yes", but only "true" counts/);
      assert.equal(scene.events.filter((event) => event.includes('Warning HubUnreachable')).length, 2, 'one for the hub, one for the annotation');
      scene.hub.before = () => undefined;
      await scene.reconcile();
      assert.equal(scene.resource(), undefined);
    });

    it('says at once that it is being deleted, and goes at once if it is given up while the hub does not answer', async () => {
      const scene = await removing();
      scene.hub.listConfigurations = () => new Promise(() => undefined);
      const work = scene.reconcile();
      await scene.clock.advance(0);
      assert.deepEqual([scene.condition('Ready')?.status, scene.condition('Ready')?.reason], ['False', 'Deleting']);
      assert.match(scene.condition('Ready')!.message, /^is being deleted; automatic deployment edge-vm-edge-app-\S+ is being removed in hub\.example\.net$/);
      assert.equal(scene.condition('HubDeploymentRemoved')?.reason, 'Removing');
      scene.cluster.edit('EdgeDeployment', 'edge', 'app', 'kubectl', (deployment) => {
        deployment.metadata.annotations = { 'edge-vm.io/abandon-hub-deployment': 'true' };
      });
      await scene.clock.advance(0);
      assert.deepEqual(await work, { afterMs: 0 });
      await scene.reconcile();
      assert.equal(scene.resource(), undefined);
      assert.equal(scene.clock.sleeping, 0);
      assert.equal(scene.events.filter((event) => event.includes('HubDeploymentAbandoned')).length, 1);
    });

    it('does not wait for an answer of the hub to a look that began before', async () => {
      const scene = await made();
      await scene.clock.advance(61_000);
      scene.hub.listConfigurations = () => new Promise(() => undefined);
      const look = scene.reconcile();
      await scene.clock.advance(0);
      scene.cluster.store.delete('EdgeDeployment/edge/app', 'Background');
      await scene.clock.advance(0);
      await look;
      void scene.reconcile();
      await scene.clock.advance(0);
      assert.equal(scene.condition('Ready')?.reason, 'Deleting');
    });

    it('says within seconds that it is being deleted while the hub does not answer to its creation', async () => {
      const scene = deploymentScene();
      scene.put(spec(), { uid: 'uid-1' });
      const asked = gate();
      const put = scene.hub.putConfiguration.bind(scene.hub);
      scene.hub.putConfiguration = async (...args) => asked.opened.then(() => put(...args));
      const work = scene.reconcile();
      await scene.clock.advance(0);
      scene.cluster.store.delete('EdgeDeployment/edge/app', 'Background');
      await scene.clock.advance(1_000);
      assert.match(scene.condition('Ready')?.message ?? '', /^is being deleted; a request to the hub is under way/);
      asked.open();
      assert.deepEqual(await work, { afterMs: 0 });
      assert.equal(scene.condition('Ready')?.reason, 'Deleting');
      await scene.reconcile();
      assert.deepEqual([scene.resource(), scene.hub.configurations.size], [undefined, 0]);
    });

    it('leaves it in the hub if it is given up', async () => {
      const scene = await removing();
      scene.hub.before = away;
      const live = scene.resource()!;
      scene.cluster.store.put({ ...live, metadata: { ...live.metadata, annotations: { 'edge-vm.io/abandon-hub-deployment': 'true' } } }, new Map());
      await scene.reconcile();
      assert.equal(scene.resource(), undefined);
      assert.equal(scene.hub.configurations.size, 1);
      assert.match(scene.events.join(), /HubDeploymentAbandoned/);
    });
  });

  describe('whose spec names another hub', () => {
    const named = (hostname: string): Record<string, unknown> => spec({ hub: { hostname } });
    async function moved(): Promise<{ scene: DeploymentScene; other: FakeHub }> {
      const other = new FakeHub('other.example.net');
      const scene = deploymentScene([other]);
      scene.put(named('hub.example.net'), { uid: 'uid-1' });
      await scene.reconcile();
      assert.equal(scene.hub.configurations.size, 1);
      scene.put(named('other.example.net'));
      return { scene, other };
    }

    it('leaves nothing in the former one', async () => {
      const { scene, other } = await moved();
      await scene.reconcile();
      assert.deepEqual([scene.hub.configurations.size, other.configurations.size], [0, 1]);
      assert.equal(scene.status().configuration?.hub, 'other.example.net');
    });

    it('says so while the former one does not answer, and makes no second one meanwhile', async () => {
      const { scene, other } = await moved();
      scene.hub.before = () => {
        throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
      };
      await scene.reconcile();
      assert.deepEqual([scene.condition('Applied')?.status, scene.condition('Applied')?.reason], ['False', 'HubUnreachable']);
      assert.equal(other.configurations.size, 0);
      scene.hub.before = () => undefined;
      await scene.reconcile();
      assert.deepEqual([scene.hub.configurations.size, other.configurations.size], [0, 1]);
    });

    it('takes both along if it is deleted before its status names the new one', async () => {
      const { scene, other } = await moved();
      scene.cluster.after = ({ verb, what }) => {
        if (verb === 'patch' && what === 'edgedeployments') throw new EdgeVmError('interrupted', 'killed');
      };
      scene.cluster.before = ({ verb, what }) => {
        if (verb === 'patch' && what === 'edgedeployments') throw new EdgeVmError('interrupted', 'killed');
      };
      await assert.rejects(async () => scene.reconcile(), /killed/);
      assert.equal(other.configurations.size, 1);
      scene.cluster.before = scene.cluster.after = () => undefined;
      scene.restart();
      scene.cluster.store.delete('EdgeDeployment/edge/app', 'Background');
      await scene.reconcile();
      assert.deepEqual([scene.resource(), scene.hub.configurations.size, other.configurations.size], [undefined, 0, 0]);
    });
  });

  it('keeps what it knew while the hub is away', async () => {
    const scene = await made();
    const { configuration } = scene.status();
    scene.hub.before = () => {
      throw new EdgeVmError('hub-unreachable', 'the hub does not answer');
    };
    await later(scene);
    assert.equal(scene.condition('Applied')?.reason, 'HubUnreachable');
    assert.deepEqual(scene.status().configuration, configuration);
    assert.equal(at(scene.resource(), 'metadata', 'finalizers', 0), 'edge-vm.io/deployment');
  });
});
