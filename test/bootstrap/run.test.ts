import assert from 'node:assert/strict';
import { readFileSync, writeFileSync, statSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { SUBSCRIPTION } from './cloud.js';
import { assertCode, callLine, ROOT, scenes, type Scene } from './scene.js';

const GOLDEN = join(ROOT, 'test', 'bootstrap', 'calls.golden.txt');

const hubOf = (scene: Scene): string => scene.cloud.hubs[0]?.name ?? '';

describe('aks-bootstrap.sh, a full run', () => {
  const scene = scenes();

  it('makes group, cluster, hub, policy, KubeVirt and device with the calls of the golden file', async () => {
    scene().cloud.unregistered.add('Microsoft.Devices');
    const run = await scene().run(['--yes', '--tag', 'cost-centre=42']);
    assertCode(run, 0);
    const text = `${run.calls.map((call) => callLine(call, scene())).join('\n\n')}\n`;
    if (process.env['EDGE_VM_UPDATE_GOLDEN'] !== undefined) writeFileSync(GOLDEN, text);
    assert.equal(text, readFileSync(GOLDEN, 'utf8'), 'the calls differ from test/bootstrap/calls.golden.txt; if that is right: EDGE_VM_UPDATE_GOLDEN=1');
    const tags = { 'edge-vm-bootstrap': 'edge-vm', 'cost-centre': '42' };
    assert.deepEqual(scene().cloud.summary(), {
      groups: [{ name: 'edge-vm', location: 'eastus', state: 'Succeeded', tags }],
      clusters: [{ group: 'edge-vm', name: 'edge-vm', state: 'Succeeded', size: 'Standard_D4s_v5', count: 1, tags }],
      hubs: [{ group: 'edge-vm', name: hubOf(scene()), tier: 'S1', state: 'Active', tags, policies: ['iothubowner', 'edge-vm'] }],
      others: [],
    });
    assert.equal(scene().kubevirt, true);
    assert.deepEqual([...scene().devices], [['gw-01', `HostName=${hubOf(scene())}.azure-devices.net;SharedAccessKeyName=edge-vm;SharedAccessKey=${scene().cloud.newKey()}`]]);
  });

  it('tells plan, cost and calculator before the first change, and what to do next', async () => {
    const run = await scene().run(['--yes']);
    assert.match(run.stdout, /^Plan$[^]*resource group +edge-vm: make[^]*209\.17 {2}in all[^]*azure\.microsoft\.com\/pricing\/calculator[^]*The device gw-01 is connected/m);
    assert.match(run.stdout, /export KUBECONFIG='.*\/\.kube\/edge-vm-edge-vm-edge-vm\.yaml'[^]*edge-vm status gw-01/);
  });

  it('puts the credentials into a file of its own with mode 0600, and no other', async () => {
    assertCode(await scene().run(['--yes']), 0);
    const file = join(scene().home, '.kube', 'edge-vm-edge-vm-edge-vm.yaml');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(scene().files().map(({ path }) => path), [file]);
  });

  it('changes nothing in a second run', async () => {
    assertCode(await scene().run(['--yes']), 0);
    const before = scene().cloud.summary();
    const run = await scene().run(['--yes']);
    assertCode(run, 0);
    assert.deepEqual(scene().cloud.summary(), before);
    const changes = run.calls.filter(({ args }) => /^(group|aks|iot hub|iot hub policy|provider) (create|delete|start|register)/.test(args.join(' ')));
    assert.deepEqual(changes.map((call) => callLine(call, scene())), []);
    assert.match(run.stdout, /AKS cluster +edge-vm: keep \(its state is Succeeded\)/);
  });

  it('takes every name, size and version from flags, and from variables', async () => {
    const flags = { name: 'site-7', location: 'westeurope', 'resource-group': 'rg-7', cluster: 'aks-7', 'kubernetes-version': '1.34', 'node-size': 'Standard_D8s_v5', 'node-count': '3', 'node-disk-size': '256', 'cluster-tier': 'standard', 'kubevirt-version': 'v1.8.0', 'cdi-version': 'v1.63.0', manifests: '/mirror', 'storage-class': 'local-path', hub: 'hub-7', 'hub-tier': 'S2', 'hub-units': '2', 'hub-policy': 'vms', device: 'gw-7', namespace: 'plant', 'device-cpus': '4', 'device-memory': '8Gi', 'device-disk-size': '64Gi', timeout: '40m', subnet: '/subscriptions/x/subnets/y', emulation: 'auto' };
    const entries = Object.entries(flags);
    const byFlags = await scene().run(['--yes', ...entries.flatMap(([name, value]) => [`--${name}`, value]), '--', '--gateway', 'NodePort']);
    assertCode(byFlags, 0);
    const lines = byFlags.calls.map((call) => callLine(call, scene()));
    for (const [name, value] of entries) assert.ok(name === 'name' || lines.some((line) => line.includes(value)), `${name} is in no call`);
    assert.ok(lines.some((line) => line.startsWith('edge-vm create gw-7 ') && line.includes(' --gateway NodePort ')));
    const made = scene().cloud.summary();

    scene().cloud.groups.clear();
    scene().cloud.clusters = [];
    scene().cloud.hubs = [];
    const byVariables = await scene().run(['--', '--gateway', 'NodePort'], { env: { EDGE_VM_AKS_YES: 'true', ...Object.fromEntries(entries.map(([name, value]) => [`EDGE_VM_AKS_${name.toUpperCase().replaceAll('-', '_')}`, value])) } });
    assertCode(byVariables, 0);
    assert.deepEqual(scene().cloud.summary(), made);
    assert.deepEqual(byVariables.calls.map((call) => callLine(call, scene())), lines);
  });

  it('needs no hub and no az with --skip-cluster --skip-hub', async () => {
    const run = await scene().run(['--yes', '--skip-cluster', '--context', 'k3s', '--skip-hub'], { env: { EDGE_VM_HUB_CONNECTION_STRING: 'HostName=h.azure-devices.net;SharedAccessKeyName=p;SharedAccessKey=a2V5' } });
    assertCode(run, 0);
    assert.deepEqual(run.calls.filter(({ program }) => program === 'az'), []);
    assert.deepEqual([...scene().devices.keys()], ['gw-01']);
    assert.ok(run.calls.some(({ program, args }) => program === 'kubevirt-install.sh' && args.join(' ').includes('--context k3s') && args.includes('auto')));
  });

  it('makes only the hub with --skip-cluster', async () => {
    const run = await scene().run(['--yes', '--skip-cluster', '--context', 'k3s']);
    assertCode(run, 0);
    assert.equal(scene().cloud.clusters.length, 0);
    assert.equal(scene().cloud.hubs.length, 1);
    assert.ok(!run.calls.some(({ args }) => args[0] === 'aks' || args[0] === 'vm'));
  });

  it('reads a service connection string from a file with --skip-hub', async () => {
    const file = join(scene().home, 'hub.txt');
    writeFileSync(file, 'HostName=h.azure-devices.net;SharedAccessKeyName=p;SharedAccessKey=a2V5\n');
    assertCode(await scene().run(['--yes', '--skip-hub', '--hub-connection-string-file', file]), 0);
    assert.equal(scene().devices.get('gw-01'), 'HostName=h.azure-devices.net;SharedAccessKeyName=p;SharedAccessKey=a2V5');
    assert.equal(scene().cloud.hubs.length, 0);
  });

  it('puts all calls on the subscription that it found at the start', async () => {
    const run = await scene().run(['--yes']);
    const others = run.calls.filter(({ program, args }) => program === 'az' && !['version', 'account'].includes(args[0] ?? '') && args[args.indexOf('--subscription') + 1] !== SUBSCRIPTION);
    assert.deepEqual(others, []);
  });

  it('says what Azure said, and what is left, if the device fails', async () => {
    scene().answers.set('edge-vm create', { code: 5, stdout: '', stderr: 'error: no node has room\n' });
    const run = await scene().run(['--yes']);
    assertCode(run, 5);
    assert.match(run.stderr, /no node has room\nerror: the device gw-01 is not connected[^]*is still there, and costs money:\n {2}resource group edge-vm\n {2}AKS cluster edge-vm\n {2}IoT Hub [^]*--destroy/);
    assert.ok(existsSync(scene().home));
  });
});
