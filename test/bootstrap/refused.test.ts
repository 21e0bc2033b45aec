import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sku } from './cloud.js';
import { assertCode, scenes, type Run, type Scene } from './scene.js';

const CHANGES = /^(group|aks|iot hub|iot hub policy|provider) (create|delete|start|register)/;

describe('aks-bootstrap.sh refuses before it makes anything:', () => {
  const scene = scenes();

  /** Runs it; asserts the exit code, that there is one message with the words, and that nothing changed. */
  async function refused(args: readonly string[], code: number, words: RegExp, env: Record<string, string> = {}): Promise<Run> {
    const run = await scene().run(['--yes', ...args], { env });
    assertCode(run, code);
    assert.match(run.stderr, words);
    assert.equal(run.stderr.match(/^error: /gm)?.length, 1, run.stderr);
    assert.deepEqual(run.calls.filter(({ args }) => CHANGES.test(args.join(' '))), []);
    return run;
  }

  it('wrong usage, with all problems at once and no call', async () => {
    const run = await refused(['--node-size', 'Standard_B4ms', '--hub-tier', 'B1', '--node-count', '0', '--timeout', 'soon', '--colour', 'red', 'more', '--tag', 'x', '--hub-policy', 'iothubowner'], 2, /wrong usage/);
    for (const words of ['Standard_B4ms has no nested virtualization', 'basic tiers have no twins', `--node-count '0'`, `--timeout 'soon'`, 'unknown flag --colour', `unexpected argument 'more'`, `--tag 'x' is not KEY=VALUE`, '--hub-policy iothubowner']) assert.ok(run.stderr.includes(words), `${words} is missing in:\n${run.stderr}`);
    assert.deepEqual(run.calls, []);
  });

  it('flags that are nearly right, with the one that was meant; a flag is never the value of another', async () => {
    const run = await refused(['--whatif', '--yess', '--dry-run', '--node-sise', 'Standard_D4s_v5', '--name', '--yes', '--skip-hub=maybe', '--location='], 2, /wrong usage/);
    for (const words of ['unknown flag --whatif; did you mean --what-if?', 'unknown flag --yess; did you mean --yes?', 'unknown flag --dry-run; did you mean --what-if?', 'unknown flag --node-sise; did you mean --node-size?', '--name needs a value', '--skip-hub=maybe: accepted are true, false', '--location needs a value']) assert.ok(run.stderr.includes(`  ${words}\n`), `${words} is missing in:\n${run.stderr}`);
    assert.doesNotMatch(run.stderr, /unexpected argument/);
  });

  it('a name that is none, without the names that follow from it', async () => {
    const run = await refused(['--name', 'my name'], 2, /--name 'my name'/);
    assert.doesNotMatch(run.stderr, /--resource-group|--cluster/);
    await refused(['--resource-group', 'my group'], 2, /--resource-group 'my group'/);
  });

  it('flags of the device that edge-vm does not accept', async () => {
    const run = await refused(['--', '--gatway'], 2, /edge-vm create does not accept these flags: --gatway: unknown flag\n/);
    assert.deepEqual(run.calls.map(({ program }) => program), ['edge-vm']);
    assert.equal(run.calls[0]?.credential, '');
    await refused(['--skip-device', '--', '--gateway'], 2, /--skip-device makes none/);
  });

  it('a cluster that does not answer, without the log lines of kubectl', async () => {
    scene().answers.set('kubectl get --raw', { code: 1, stdout: '', stderr: 'E1128 09:00:00.000000    1 memcache.go:265] "Unhandled Error" err="x"\nThe connection to the server localhost:8080 was refused\n' });
    const run = await refused(['--skip-cluster'], 3, /^error: the cluster does not answer \(context plant .*\): The connection to the server localhost:8080 was refused\n {2}Your contexts: kubectl config get-contexts/m);
    assert.doesNotMatch(run.stderr, /E1128/);
    assert.equal(scene().cloud.hubs.length, 0);
  });

  it('a storage class that a cluster of yours does not have, with those it has', async () => {
    await refused(['--skip-cluster', '--storage-class', 'nope'], 3, /cannot use the storage class nope: .*not found\n {2}The cluster has: managed-csi local-path\./);
  });

  it('arm64 sizes and unknown series, with other sizes', async () => {
    await refused(['--node-size', 'Standard_D8ps_v6'], 2, /arm64[^]*Standard_D8s_v5/);
    await refused(['--node-size', 'Standard_X4s_v1'], 2, /does not know[^]*--accept-node-size/);
    assertCode(await scene().run(['--yes', '--node-size', 'Standard_X4s_v1', '--accept-node-size']), 0);
  });

  it('an arm64 size that only Azure knows as one', async () => {
    await refused(['--node-size', 'Standard_Y4s_v1', '--accept-node-size'], 3, /arm64 processor/);
  });

  it('no terminal and no --yes', async () => {
    const run = await scene().run([]);
    assertCode(run, 2);
    assert.match(run.stdout, /209\.17 {2}in all/, 'the cost was told');
    assert.match(run.stderr, /standard input is not a terminal[^]*--yes/);
    assert.ok(!run.calls.some(({ args }) => CHANGES.test(args.join(' '))));
  });

  it('az, kubectl and edge-vm that are missing, all at once', async () => {
    for (const program of ['az', 'kubectl']) rmSync(join(scene().bin, program));
    const path = join(scene().folder, 'few');
    scene().fewPrograms(path);
    await refused([], 3, /missing programs:\n {2}az: [^]*\n {2}kubectl: [^]*\n {2}edge-vm: /, { PATH: path, EDGE_VM_AKS_EDGE_VM: '/nowhere/edge-vm' });
  });

  it('nobody logged in, a wrong or disabled subscription, an old az', async () => {
    scene().cloud.loggedIn = false;
    await refused([], 3, /not logged in to Azure[^]*Run: az login/);
    scene().cloud.loggedIn = true;
    await refused(['--subscription', 'nope'], 3, /no subscription 'nope'[^]*az account list/);
    scene().cloud.subscriptionState = 'Disabled';
    await refused([], 3, /its state is Disabled/);
    scene().cloud.azVersion = '2.40.0';
    await refused([], 3, /az 2\.40\.0 is too old[^]*az upgrade/);
  });

  it('a size that the location does not offer or the subscription may not use, naming sizes that work', async () => {
    await refused(['--node-size', 'Standard_D64s_v5'], 3, /does not offer the node size Standard_D64s_v5\n {2}Sizes that work here: Standard_D4as_v5, Standard_D4s_v5, Standard_D8s_v5\n/);
    await refused(['--node-size', 'Standard_E4s_v5'], 3, /not available to this subscription[^]*Sizes that work here/);
    scene().cloud.skus = [];
    await refused(['--location', 'nowhere'], 3, /no VM size in the location 'nowhere'/);
  });

  it('a quota that is too small, of the family or of the region', async () => {
    await refused(['--node-size', 'Standard_D16as_v5'], 3, /needs 16 vCPUs; of 'standardDASv5Family' in eastus 90 of 100 are used/);
    await refused(['--node-count', '23'], 3, /needs 92 vCPUs; of 'standardDSv5Family'/);
    scene().cloud.usage = [['cores', 98, 100], ['standardDSv5Family', 0, 100]];
    await refused([], 3, /of 'cores' in eastus 98 of 100 are used[^]*No size with 4 or 8 vCPUs works here/);
  });

  it('the size after the registration of Microsoft.Compute, and then makes nothing else', async () => {
    scene().cloud.unregistered.add('Microsoft.Compute');
    scene().cloud.skus = [sku('Standard_D8s_v5', 'standardDSv5Family', 8)];
    const run = await scene().run(['--yes']);
    assertCode(run, 3);
    assert.deepEqual(run.calls.map(({ args }) => args.slice(0, 2).join(' ')).filter((command) => CHANGES.test(command)), ['provider register']);
  });

  it('a name of a hub that is taken, or of a hub elsewhere in the subscription', async () => {
    scene().cloud.takenHubNames.add('popular');
    await refused(['--hub', 'popular'], 3, /popular, is not free: IotHub name 'popular' is not available[^]*--hub NAME/);
    addHub(scene(), { group: 'other', name: 'ours-elsewhere' });
    await refused(['--hub', 'ours-elsewhere'], 3, /is in the resource group other, not in edge-vm/);
  });

  it('a second free hub', async () => {
    addHub(scene(), { group: 'other', name: 'the-free-one', tier: 'F1' });
    await refused(['--hub-tier', 'F1'], 3, /may have one free hub \(F1\), and this one has the-free-one/);
    await refused(['--hub-tier', 'F1', '--hub-units', '2'], 2, /a free hub \(F1\) has 1 unit/);
  });

  it('a cluster or hub that it did not make, also with names in other letters', async () => {
    scene().cloud.groups.set('edge-vm', { name: 'Edge-VM', location: 'eastus', state: 'Succeeded', tags: {}, looks: 0 });
    scene().cloud.clusters.push({ group: 'edge-vm', name: 'edge-vm', state: 'Succeeded', power: 'Running', size: 'Standard_D4s_v5', count: 1, tags: {}, looks: 0 });
    await refused([], 3, /AKS cluster edge-vm in edge-vm is not of this script[^]*--skip-cluster/);
    scene().cloud.clusters = [];
    addHub(scene(), { group: 'edge-vm', name: 'Theirs' });
    await refused(['--hub', 'theirs'], 3, /IoT Hub theirs in edge-vm is not of this script[^]*--skip-hub/);
  });

  it('another node size than that of its cluster', async () => {
    assertCode(await scene().run(['--yes']), 0);
    await refused(['--node-size', 'Standard_D8s_v5'], 3, /has nodes of Standard_D4s_v5, and you ask for Standard_D8s_v5/);
  });

  it('a connection string that is none, without showing it', async () => {
    const run = await refused(['--skip-hub'], 2, /no service connection string/, { EDGE_VM_HUB_CONNECTION_STRING: 'SharedAccessKey=c2VjcmV0LXZhbHVl' });
    assert.doesNotMatch(run.stderr, /c2VjcmV0/);
    await refused(['--skip-hub'], 2, /--skip-hub needs the service connection string/);
  });
});

describe('aks-bootstrap.sh, states of the cloud', () => {
  const scene = scenes();

  it('waits until a group of the same name is deleted, and makes a new one', async () => {
    scene().cloud.groups.set('edge-vm', { name: 'edge-vm', location: 'eastus', state: 'Deleting', tags: { 'edge-vm-bootstrap': 'edge-vm' }, looks: -2 });
    const run = await scene().run(['--yes']);
    assertCode(run, 0);
    assert.match(run.stderr, /wait until the old resource group edge-vm is deleted/);
    assert.equal(scene().cloud.clusters.length, 1);
  });

  it('uses a group of somebody else without changing its tags', async () => {
    scene().cloud.groups.set('shared', { name: 'shared', location: 'northeurope', state: 'Succeeded', tags: { owner: 'them' }, looks: 0 });
    assertCode(await scene().run(['--yes', '--resource-group', 'shared']), 0);
    assert.deepEqual(scene().cloud.groups.get('shared')?.tags, { owner: 'them' });
    assert.equal(scene().cloud.clusters[0]?.tags['edge-vm-bootstrap'], 'edge-vm');
  });

  it('ends with the reason of Azure when the cluster fails; the next run tries again', async () => {
    scene().cloud.clusterEnds = 'Failed';
    const run = await scene().run(['--yes']);
    assertCode(run, 5);
    assert.match(run.stderr, /could not make the AKS cluster edge-vm; its state is Failed\n {2}Allocation failed\. There is not enough room[^]*--destroy/);
    const failedAgain = await scene().run(['--yes']);
    assertCode(failedAgain, 5);
    scene().cloud.clusterEnds = 'Succeeded';
    assertCode(await scene().run(['--yes']), 0);
    assert.equal(scene().cloud.clusters.length, 1);
  });

  it('starts a stopped cluster', async () => {
    assertCode(await scene().run(['--yes']), 0);
    Object.assign(scene().cloud.clusters[0] ?? {}, { power: 'Stopped' });
    const run = await scene().run(['--yes']);
    assertCode(run, 0);
    assert.match(run.stdout, /start \(it is stopped\)/);
    assert.equal(scene().cloud.clusters[0]?.power, 'Running');
  });

  it('gives up at the deadline and tells the last state: cluster, hub, nodes', async () => {
    scene().cloud.slowness = 1e6;
    const hub = await scene().run(['--yes', '--timeout', '1s']);
    assertCode(hub, 4);
    assert.match(hub.stderr, /IoT Hub .* is not ready after 1s; its state is Activating/);
    const cluster = await scene().run(['--yes', '--timeout', '1s', '--skip-hub', '--skip-device']);
    assertCode(cluster, 4);
    assert.match(cluster.stderr, /AKS cluster edge-vm is not ready after 1s; its state is Creating/);
    scene().cloud.slowness = 0;
    scene().nodes = [['a', 'True'], ['b', 'Unknown']];
    const nodes = await scene().run(['--yes', '--timeout', '1s']);
    assertCode(nodes, 4);
    assert.match(nodes.stderr, /nodes of the cluster are not ready after 1s; 1 nodes are not ready: b/);
  });

  it('refuses a hub without keys, a policy with fewer rights, and a storage class that is not there', async () => {
    scene().cloud.hubRefusesKeys = true;
    const keys = await scene().run(['--yes']);
    assertCode(keys, 3);
    assert.match(keys.stderr, /refuses keys \(disableLocalAuth\)[^]*edge-vm create gw-01 --register --hub/);
    const hub = scene().cloud.hubs[0];
    assert.ok(hub !== undefined);
    hub.disableLocalAuth = false;
    hub.policies.push({ keyName: 'edge-vm', rights: 'RegistryRead', primaryKey: 'a2V5', secondaryKey: 'a2V5' });
    const rights = await scene().run(['--yes']);
    assertCode(rights, 3);
    assert.match(rights.stderr, /has the rights RegistryRead; edge-vm needs RegistryRead, RegistryWrite, ServiceConnect/);
    hub.policies.pop();
    const storage = await scene().run(['--yes', '--storage-class', 'nope']);
    assertCode(storage, 3);
    assert.match(storage.stderr, /cannot use the storage class nope: .*not found/);
  });

  it('gives the exit code and the words of kubevirt-install.sh', async () => {
    scene().answers.set('kubevirt-install.sh', { code: 5, stdout: '', stderr: 'error: no node has /dev/kvm\n' });
    const run = await scene().run(['--yes']);
    assertCode(run, 5);
    assert.match(run.stderr, /no node has \/dev\/kvm\nerror: KubeVirt and CDI are not ready/);
  });

  it('says what to do about a missing role, a policy, a lock', async () => {
    for (const [code, words] of [['AuthorizationFailed', /role Contributor/], ['RequestDisallowedByPolicy', /policy of your company/], ['ScopeLocked', /A lock protects this/]] as const) {
      scene().answers.set('az group create', { code: 1, stdout: '', stderr: `ERROR: (${code}) The client does not have it.\nCode: ${code}\nMessage: The client does not have it.\n` });
      const run = await scene().run(['--yes']);
      assertCode(run, 3);
      assert.match(run.stderr, words);
    }
  });
});

function addHub(scene: Scene, { group, name, tier = 'S1' }: { group: string; name: string; tier?: string }): void {
  scene.cloud.hubs.push({ group, name, tier, state: 'Active', tags: {}, looks: 0, policies: [], disableLocalAuth: false });
}
