import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assertCode, Scene, scenes, together } from './scene.js';

const CONNECTION = { EDGE_VM_HUB_CONNECTION_STRING: 'HostName=h.azure-devices.net;SharedAccessKeyName=p;SharedAccessKey=a2V5' };
const nothing = { groups: [], clusters: [], hubs: [], others: [] };

describe('aks-bootstrap.sh --destroy', () => {
  const scene = scenes();

  it('leaves nothing, and names before what it deletes', async () => {
    assertCode(await scene().run(['--yes']), 0);
    const hub = scene().cloud.hubs[0]?.name ?? '';
    const run = await scene().run(['--destroy', '--yes']);
    assertCode(run, 0);
    assert.match(run.stdout, new RegExp(`This will be deleted:\n {2}resource group edge-vm, with all that is in it:\n {2}AKS cluster edge-vm, .*\n {2}IoT Hub ${hub}, with the identities`));
    assert.deepEqual(scene().cloud.summary(), nothing);
    assert.ok(!existsSync(join(scene().home, '.kube', 'edge-vm-edge-vm-edge-vm.yaml')));
  });

  it('asks, and refuses without a terminal', async () => {
    assertCode(await scene().run(['--yes']), 0);
    const before = scene().cloud.summary();
    const run = await scene().run(['--destroy']);
    assertCode(run, 2);
    assert.match(run.stdout, /This will be deleted:/);
    assert.match(run.stderr, /standard input is not a terminal/);
    assert.deepEqual(scene().cloud.summary(), before);
  });

  it('keeps a group of somebody else with all that is in it, and deletes only what has its tag', async () => {
    scene().cloud.groups.set('shared', { name: 'shared', location: 'eastus', state: 'Succeeded', tags: {}, looks: 0 });
    scene().cloud.others.push({ group: 'shared', type: 'Microsoft.Storage/storageAccounts', name: 'theirs', tags: {} });
    assertCode(await scene().run(['--yes', '--resource-group', 'shared']), 0);
    const run = await scene().run(['--destroy', '--yes', '--resource-group', 'shared']);
    assertCode(run, 0);
    assert.match(run.stdout, /This stays:\n {2}resource group shared, which this script did not make\n {2}Microsoft\.Storage\/storageAccounts theirs/);
    assert.deepEqual(scene().cloud.summary(), { ...nothing, groups: [{ name: 'shared', location: 'eastus', state: 'Succeeded', tags: {} }], others: [{ group: 'shared', type: 'Microsoft.Storage/storageAccounts', name: 'theirs', tags: {} }] });
  });

  it('keeps its own group when somebody put something into it, even with a copy of the tag', async () => {
    assertCode(await scene().run(['--yes']), 0);
    scene().cloud.others.push({ group: 'edge-vm', type: 'Microsoft.Compute/disks', name: 'precious', tags: { 'edge-vm-bootstrap': 'edge-vm' } });
    const run = await scene().run(['--destroy', '--yes']);
    assertCode(run, 0);
    assert.match(run.stdout, /This stays:\n {2}resource group edge-vm, because it holds what is not of this script\n {2}Microsoft\.Compute\/disks precious/);
    assert.deepEqual([scene().cloud.clusters, scene().cloud.hubs, scene().cloud.others.length], [[], [], 1]);
  });

  it('keeps a second deployment in the same group', async () => {
    scene().cloud.groups.set('shared', { name: 'shared', location: 'eastus', state: 'Succeeded', tags: {}, looks: 0 });
    for (const name of ['one', 'two']) assertCode(await scene().run(['--yes', '--name', name, '--resource-group', 'shared', '--hub', `hub-${name}`]), 0);
    assertCode(await scene().run(['--destroy', '--yes', '--name', 'one', '--resource-group', 'shared']), 0);
    assert.deepEqual([scene().cloud.clusters.map((c) => c.name), scene().cloud.hubs.map((h) => h.name)], [['two'], ['hub-two']]);
  });

  it('says that there is nothing, and makes no change, for a name that it does not know', async () => {
    const none = await scene().run(['--destroy', '--yes']);
    assertCode(none, 0);
    assert.match(none.stdout, /nothing to delete: there is no resource group edge-vm/);
    scene().cloud.groups.set('edge-vm', { name: 'edge-vm', location: 'eastus', state: 'Succeeded', tags: {}, looks: 0 });
    const foreign = await scene().run(['--destroy', '--yes']);
    assertCode(foreign, 0);
    assert.match(foreign.stdout, /nothing in the resource group edge-vm has the tag edge-vm-bootstrap=edge-vm/);
    assert.equal(scene().cloud.groups.size, 1);
  });

  it('deletes the device from a cluster and a hub that stay', async () => {
    assertCode(await scene().run(['--yes', '--skip-cluster', '--context', 'k3s', '--skip-hub'], { env: CONNECTION }), 0);
    const run = await scene().run(['--destroy', '--yes', '--skip-cluster', '--context', 'k3s', '--skip-hub'], { env: CONNECTION });
    assertCode(run, 0);
    assert.deepEqual([...scene().devices], []);
    assert.ok(run.calls.some(({ program, args }) => program === 'edge-vm' && args.includes('--deregister')));
    assert.match(run.stdout, /device gw-01, with its disks, and its identity in the hub/);
  });

  it('deregisters the device in a hub that stays before its cluster goes', async () => {
    assertCode(await scene().run(['--yes', '--skip-hub'], { env: CONNECTION }), 0);
    const run = await scene().run(['--destroy', '--yes', '--skip-hub'], { env: CONNECTION });
    assertCode(run, 0);
    const commands = run.calls.map(({ program, args }) => [program, ...args].join(' '));
    assert.ok(commands.findIndex((c) => c.startsWith('edge-vm delete gw-01 --deregister')) < commands.findIndex((c) => c.startsWith('az group delete')));
    assert.deepEqual(scene().cloud.summary(), nothing);
  });

  it('waits until a cluster that is still being made can be deleted', async () => {
    scene().cloud.slowness = 1e6;
    assertCode(await scene().run(['--yes', '--timeout', '1s']), 4);
    scene().cloud.slowness = 3;
    for (const cluster of scene().cloud.clusters) cluster.looks = 0;
    const run = await scene().run(['--destroy', '--yes']);
    assertCode(run, 0);
    assert.match(run.stderr, /wait: the state of the AKS cluster edge-vm is Creating/);
    assert.deepEqual(scene().cloud.summary(), nothing);
  });

  it('goes on after a kill at each call', async function () {
    this.timeout(120_000);
    const args = ['--resource-group', 'shared', '--hub', 'hub-of-the-test', '--yes'];
    const prepared = async (look: (at: Scene) => Promise<void>): Promise<void> => {
      const other = await new Scene().open();
      try {
        other.cloud.groups.set('shared', { name: 'shared', location: 'eastus', state: 'Succeeded', tags: {}, looks: 0 });
        assertCode(await other.run([...args, '--skip-device', '--skip-kubevirt']), 0);
        await look(other);
      } finally {
        await other.close();
      }
    };
    let count = 0;
    await prepared(async (other) => {
      count = (await other.run([...args, '--destroy'])).calls.length;
    });
    assert.ok(count > 5);
    await together([...Array(count).keys()], 3, (at) =>
      prepared(async (other) => {
        assert.equal((await other.run([...args, '--destroy'], { fault: { at, kind: 'kill-after' } })).code, null, `call ${at}`);
        assertCode(await other.run([...args, '--destroy']), 0);
        assert.deepEqual([other.cloud.clusters, other.cloud.hubs, other.cloud.groups.size], [[], [], 1], `call ${at}`);
      }));
  });
});
