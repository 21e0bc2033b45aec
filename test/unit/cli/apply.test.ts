import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualMachine } from '../../../src/cluster/kinds.js';
import type { Fit, FleetResult, PlanItem } from '../../../src/fleet/index.js';
import { putNamespaces } from '../../helpers/put-namespaces.js';
import type { Outcome, RunOptions } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

const template = 'kind: EdgeDevice\nmetadata: {name: "${name}", labels: {site: "${site}"}}\nspec:\n  identity: {register: {}}\n  vm: {memory: "${memory}"}\n';

describe('cli/apply', () => {
  let world: World;
  let cwd: string;
  beforeEach(async () => {
    world = openWorld();
    putNamespaces(world.cluster, 'edge', 'north');
    cwd = await mkdtemp(join(tmpdir(), 'edge-vm-apply-'));
    await writeFile(join(cwd, 't.yaml'), template);
    await write(['gw-01,north,2Gi', 'gw-02,south,2Gi']);
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const write = (rows: readonly string[]): Promise<void> => writeFile(join(cwd, 'f.csv'), ['name,site,memory', ...rows].join('\n'));
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> => world.run(args, { env: { ...withHub, NO_COLOR: '1' }, cwd, ...options });
  const apply = (args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> => run(['apply', '-f', 'f.csv', '--template', 't.yaml', '--no-wait', ...args], options);
  const site = (name: string): string | undefined => world.cluster.find('VirtualMachine', name)?.metadata.labels?.['site'];

  it('creates the devices of a CSV file; the objects of -o json and the names of -o name are on stdout', async () => {
    const { code, stdout, stderr } = await apply(['-o', 'json']);
    assert.equal(code, 0, stderr);
    const { items, summary } = JSON.parse(stdout) as FleetResult;
    assert.deepEqual([items.map(({ name }) => name), summary.created], [['gw-01', 'gw-02'], 2]);
    assert.deepEqual([site('gw-01'), site('gw-02')], ['north', 'south']);
    assert.match(stderr, /2 of 2 devices are applied after .*: 2 created/);
    const again = await apply(['-o', 'name']);
    assert.equal(again.stdout, 'edgedevice/gw-01\nedgedevice/gw-02\n');
    assert.match(again.stderr, /2 unchanged/);
  });

  it('reads UTF-16 of spreadsheets, and refuses bytes that are no UTF-8', async () => {
    const text = 'name,site,memory\ngw-01,north,2Gi\n';
    for (const bytes of [Buffer.from(`\uFEFF${text}`, 'utf16le'), Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()]) {
      await writeFile(join(cwd, 'f.csv'), bytes);
      const { stdout, stderr } = await apply(['--plan']);
      assert.match(stdout, /gw-01 +create/, stderr);
    }
    await writeFile(join(cwd, 'f.csv'), Buffer.from('name,site,memory\ngw-01,M\u00fcnchen,2Gi\n', 'latin1'));
    const { code, stderr } = await apply();
    assert.equal(code, 2);
    assert.match(stderr, /f\.csv: cannot be read: it is not UTF-8; in Excel, save it as "CSV UTF-8"/);
    assert.doesNotMatch(stderr, /is a template, but/);
    await writeFile(join(cwd, 'f.xlsx'), Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0xc3]));
    assert.match((await run(['apply', '-f', 'f.xlsx', '--template', 't.yaml'])).stderr, /f\.xlsx: cannot be read: it is not UTF-8; in Excel, save it as "CSV UTF-8"\n/);
    await writeFile(join(cwd, 'u.yaml'), Buffer.from('metadata: {name: gw-01} # M\u00fcnchen\n', 'latin1'));
    assert.match((await run(['apply', '-f', 'u.yaml'])).stderr, /u\.yaml: cannot be read: it is not UTF-8\n/);
  });

  it('applies new devices before all are checked only with --yes', async () => {
    const order = async (args: readonly string[]): Promise<string[]> => {
      world.cluster.calls.length = 0;
      await write(['gw-01,north,2Gi', 'gw-02,south,2Gi'].map((row) => row.replace('gw-', args.length === 0 ? 'gw-' : 'yes-')));
      const asked: string[] = [];
      world.hub.before = (call) => void asked.push(call);
      const { code, stderr } = await apply([...args, '--concurrency', '1']);
      assert.equal(code, 0, stderr);
      world.hub.before = () => undefined;
      return asked.filter((call) => call === 'getDevice' || call === 'ensureDevice');
    };
    assert.deepEqual(await order([]), ['getDevice', 'getDevice', 'ensureDevice', 'ensureDevice']);
    assert.deepEqual(await order(['--yes']), ['getDevice', 'ensureDevice', 'getDevice', 'ensureDevice']);
  });

  it('--plan tells once why many devices are refused', async () => {
    await write(Array.from({ length: 30 }, (_, index) => `gw-${index},north,2Gi`));
    const { code, stdout, stderr } = await apply(['--plan', '-n', 'nowhere']);
    assert.equal(code, 3);
    assert.match(stdout, /30 devices: 30 refused\n[^]*not-found: 30 devices refused\n {2}gw-0, .* and 22 more\n {2}namespace nowhere does not exist\n/);
    assert.equal(stderr, '✖ gw-0  not-found: namespace nowhere does not exist\n  hint: Make it: kubectl create namespace nowhere\n');
  });

  it('-o name prints the names of what would change, and nothing else on stdout: --plan and diff, of one and of many', async () => {
    await apply();
    await write(['gw-01,north,2Gi', 'gw-02,north,4Gi', 'gw-03,north,2Gi']);
    const planned = await apply(['--plan', '-o', 'name', '--prune', '-l', 'site=south']);
    assert.equal(planned.stdout, 'edgedevice/gw-02\nedgedevice/gw-03\n', planned.stderr);
    assert.match(planned.stderr, /^3 devices: 1 to create, 1 to change, 1 unchanged$/m);
    assert.match(planned.stderr, /^The fleet /m);
    const many = await run(['diff', '-f', 'f.csv', '--template', 't.yaml', '-o', 'name']);
    assert.deepEqual([many.code, many.stdout], [1, 'edgedevice/gw-02\nedgedevice/gw-03\n']);
    await writeFile(join(cwd, 'one.yaml'), 'kind: EdgeDevice\nmetadata: {name: gw-02, labels: {site: south}}\nspec: {identity: {register: {}}, vm: {memory: 2Gi}}\n');
    const same = await run(['diff', '-f', 'one.yaml', '-o', 'name']);
    assert.deepEqual([same.code, same.stdout], [0, '']);
    for (const name of ['gw-02', 'gw-04']) {
      await writeFile(join(cwd, 'one.yaml'), `kind: EdgeDevice\nmetadata: {name: ${name}}\nspec: {identity: {register: {}}, vm: {memory: 8Gi}}\n`);
      const other = await run(['diff', '-f', 'one.yaml', '-o', 'name']);
      assert.deepEqual([other.code, other.stdout], [1, `edgedevice/${name}\n`]);
    }
    const refused = await run(['apply', '-f', 'f.csv', '--template', 't.yaml', '-n', 'nowhere', '--plan', '-o', 'name']);
    assert.deepEqual([refused.code, refused.stdout], [3, '']);
    assert.match(refused.stderr, /^not-found: 3 devices refused$/m);
  });

  it('reads folders and many files; -n wins over the files', async () => {
    await mkdir(join(cwd, 'd'));
    await writeFile(join(cwd, 'd', 'a.yaml'), 'metadata: {name: gw-03, namespace: south}\nspec: {identity: {register: {}}}\n');
    const { code, stderr } = await run(['apply', '-f', 'd', '-f', 'f.csv', '--template', 't.yaml', '-n', 'north', '--no-wait']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(['gw-01', 'gw-03'].map((name) => world.cluster.find('VirtualMachine', name, 'north')?.metadata.namespace), ['north', 'north']);
  });

  it('groups failures by cause, and ends with the code of the worst one', async () => {
    world.hub.register('gw-02', { edgeEnabled: false });
    await write(['gw-01,north,2Gi', 'gw-02,south,2Gi']);
    const { code, stderr } = await apply();
    assert.equal(code, 5);
    assert.match(stderr, /✖ gw-02 {2}not-edge-enabled: device gw-02 is registered/);
    assert.match(stderr, /1 of 2 devices are applied .*: 1 created, 1 refused \(nothing was changed\)\n\nnot-edge-enabled: 1 device\n {2}gw-02\n {2}device gw-02 is registered in .*\n {2}hint: Enable it/);
  });

  it('asks once for all devices before something is removed; a script needs --yes', async () => {
    await apply();
    await writeFile(join(cwd, 't.yaml'), template.replace(', labels: {site: "${site}"}', ''));
    const script = await apply();
    assert.equal(script.code, 2);
    assert.match(script.stderr, /2 devices gw-01, gw-02 will change:|gw-01 will change:/);
    assert.match(script.stderr, /nobody can be asked:/);
    const no = await apply([], { terminal: true, columns: 80, stdin: 'n\n' });
    assert.equal(no.code, 130);
    assert.equal(no.stderr.match(/Go on\?/g)?.length, 1);
    assert.deepEqual([site('gw-01'), site('gw-02')], ['north', 'south']);
    assert.equal((await apply(['--yes'])).code, 0);
    assert.deepEqual([site('gw-01'), site('gw-02')], [undefined, undefined]);
  });

  it('--plan shows what will change and whether the fleet fits, and changes nothing', async () => {
    world.cluster.forbidden.delete('list nodes');
    const before = world.versions();
    const first = await apply(['--plan']);
    assert.equal(first.code, 3, first.stderr);
    assert.match(first.stdout, /gw-01 {3}create {3}- {7}Secret created, VirtualMachine created\n/);
    assert.match(first.stdout, /2 devices: 2 to create\n\nThe fleet does not fit:\n {2}✖ .*the cluster has no node/);
    assert.match(first.stdout, /2 devices to register: the limits of 1 unit of tier S1 allow it in less than a minute/);
    assert.deepEqual([world.versions(), world.hub.devices.size], [before, 0]);
    await apply();
    world.hub.register('gw-04', { edgeEnabled: false });
    await write(['gw-01,north,4Gi', 'gw-03,north,2Gi', 'gw-04,north,2Gi']);
    const { code, stdout } = await apply(['--plan', '--prune', '-l', 'site', '-o', 'json']);
    assert.equal(code, 5, 'the worst cause of the refused devices');
    const { items, summary, fit } = JSON.parse(stdout) as { items: PlanItem[]; summary: object; fit: Fit };
    assert.deepEqual(items.map(({ name, action, needs, asks }) => [name, action, needs.join(), asks]), [['gw-01', 'change', 'restart', false], ['gw-03', 'create', '', false], ['gw-04', 'refused', '', false], ['gw-02', 'remove', '', true]]);
    assert.deepEqual(summary, { total: 4, create: 1, change: 1, unchanged: 0, remove: 1, refused: 1 });
    assert.deepEqual(items[0]!.fields.map(({ path, from, to }) => [path, from, to]), [['spec.vm.memory', '2Gi', '4Gi']]);
    assert.equal(fit.fits, false);
    assert.deepEqual([site('gw-02'), site('gw-03')], ['south', undefined]);
  });

  it('--plan refuses a change of a field that another manager owns, as apply does, and tries no device without a change', async () => {
    await apply();
    world.cluster.edit('VirtualMachine', 'edge', 'gw-01', 'bob', (vm) => {
      (vm.spec as { template: { spec: { domain: { memory: { guest: string } } } } }).template.spec.domain.memory.guest = '3Gi';
    });
    await write(['gw-01,north,4Gi', 'gw-02,south,2Gi']);
    world.cluster.calls.length = 0;
    const before = world.versions();
    const { code, stdout } = await apply(['--plan']);
    assert.equal(code, 3, stdout);
    assert.match(stdout, /2 devices: 1 unchanged, 1 refused\n/);
    assert.match(stdout, /field-conflict: 1 device refused\n {2}gw-01\n {2}VirtualMachine\/gw-01: .*memory\.guest is held by bob/);
    assert.deepEqual(world.cluster.calls.filter(({ verb }) => ['try', 'apply', 'create'].includes(verb)), [{ verb: 'try', what: 'virtualmachines' }]);
    assert.match((await apply(['--plan', '--take-ownership'])).stdout, /gw-01 +change/);
    assert.deepEqual(world.versions(), before);
  });

  it('--plan and diff say once what changes of many devices alike; other changes, and few devices, stay apart', async () => {
    const rows = (memory: string, last: string): string[] => ['1', '2', '3', '4', '5'].map((n) => `gw-0${n},north,${n === '5' ? last : memory}`);
    await write(rows('2Gi', '2Gi'));
    assert.match((await apply(['--plan'])).stdout, /^gw-01 and 4 more +create /m);
    await apply();
    await write(rows('4Gi', '3Gi'));
    const { stdout } = await apply(['--plan']);
    assert.deepEqual(stdout.split('\n').slice(1, 4).map((line) => line.replaceAll(/ {2,}/g, '|')), [
      'gw-01 and 3 more|change|a restart|spec.vm.memory: 2Gi → 4Gi (once the machine is restarted)', 'gw-05|change|a restart|spec.vm.memory: 2Gi → 3Gi (once the machine is restarted)', '',
    ]);
    assert.match(stdout, /^5 devices: 5 to change$/m);
    assert.equal((await apply(['--plan', '-o', 'wide'])).stdout.match(/^gw-0\d /gm)?.length, 5);
    const diff = await run(['diff', '-f', 'f.csv', '--template', 't.yaml']);
    assert.deepEqual(diff.stdout.match(/^EdgeDevice .*|^ {2}the same.*/gm), ['EdgeDevice gw-01', '  the same for 3 more: gw-02, gw-03, gw-04', 'EdgeDevice gw-05']);
  });

  it('says of refused changes that nothing was changed, not that devices are not ready', async () => {
    await apply();
    const versions = world.versions();
    await writeFile(join(cwd, 't.yaml'), template.replace('memory: "${memory}"', 'memory: "${memory}", disk: {size: 500Gi}'));
    const { code, stdout, stderr } = await apply(['--yes', '-o', 'json']);
    assert.deepEqual([code, world.versions()], [2, versions], stderr);
    assert.match(stderr, /^2 of 2 devices are refused after .*: nothing was changed$/m);
    assert.doesNotMatch(stderr, /failed/);
    const { items, summary } = JSON.parse(stdout) as FleetResult;
    assert.deepEqual([items.map(({ untouched }) => untouched), summary.failed, summary.refused], [[true, true], 2, 2]);
    await writeFile(join(cwd, 't.yaml'), template);
    world.cluster.forbidden.add('apply virtualmachines');
    await write(['gw-01,north,4Gi', 'gw-02,south,2Gi']);
    assert.match((await apply()).stderr, /1 of 2 devices are applied after .*: 1 unchanged, 1 failed$/m, 'a failure after the checks is none of them');
  });

  it('tells whether a first boot comes, in the plan and the question, and which settings are not in effect at the end', async () => {
    await apply();
    const withUser = (more = ''): Promise<void> => writeFile(join(cwd, 't.yaml'), `${template}  guest: {user: ops}\n${more}`);
    await withUser();
    const late = await apply(['--plan']);
    assert.match(late.stdout, /gw-01 +change +a higher spec\.firstBootGeneration +spec\.guest\.user: edge → ops \(at a first boot only: raise spec\.firstBootGeneration\)/);
    await withUser('  firstBootGeneration: 2\n');
    const first = await apply(['--plan']);
    assert.match(first.stdout, /gw-01 +change +a restart, with a first boot +spec\.guest\.user: edge → ops \(at the coming first boot\); spec\.firstBootGeneration: 1 → 2 \(the guest runs a first boot once the machine is restarted\)/);
    assert.match((await apply()).stderr, /gw-01, gw-02: spec\.guest\.user: edge → ops \(at the coming first boot\)/);
    await withUser();
    const done = await apply(['--yes']);
    assert.match(done.stderr, /2 of 2 devices are applied after .*: 2 changed\n2 guests keep their old settings until a first boot \(gw-01, gw-02\): raise spec\.firstBootGeneration in the file, then do the same with --restart\n/);
    assert.doesNotMatch((await apply(['--dry-run', 'client'])).stderr, /keep their old settings/);
  });

  it('knows a machine that runs with older settings than its VirtualMachine: in plan, diff, status and list', async () => {
    await apply();
    world.cluster.edit('VirtualMachineInstance', 'edge', 'gw-02', 'virt-controller', (vmi) => {
      vmi.metadata.annotations = { 'kubevirt.io/vm-generation': '1' };
    });
    world.cluster.edit('VirtualMachine', 'edge', 'gw-02', 'test', (vm) => {
      vm.metadata.generation = 2;
    });
    assert.match((await apply(['--plan'])).stdout, /gw-02 +unchanged +a restart +runs with older settings/);
    const plan = await apply(['--plan', '--restart']);
    assert.match(plan.stdout, /gw-02 +change +a restart +VirtualMachine changed \(restarted\)\n/);
    assert.doesNotMatch(plan.stdout, /gw-01/);
    const diff = await run(['diff', '-f', 'f.csv', '--template', 't.yaml']);
    assert.deepEqual([diff.code, diff.stdout], [0, '']);
    assert.match(diff.stderr, /gw-02: runs with old settings until a restart: edge-vm restart gw-02/);
    assert.match((await run(['list'])).stdout, /gw-02 .* needs a restart/);
    assert.match((await run(['status', 'gw-02'])).stderr, /take effect at a restart/);
  });

  it('--plan counts a running machine that grows, in the place of its old pod, and no other that exists', async () => {
    world.cluster.forbidden.delete('list nodes');
    await apply();
    await write(['gw-01,north,1Ti', 'gw-02,west,2Gi']);
    const node = (memory: string): Promise<unknown> => world.cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: `n-${memory.toLowerCase()}`, labels: { 'kubevirt.io/schedulable': 'true', 'kubernetes.io/arch': 'amd64' } }, status: { allocatable: { cpu: '4', memory, 'devices.kubevirt.io/kvm': '2', pods: '9' }, conditions: [{ type: 'Ready', status: 'True' }] } });
    await node('8Gi');
    const small = await apply(['--plan']);
    assert.equal(small.code, 3, small.stdout);
    assert.match(small.stdout, /✖ 1 changed device needs .* TiB of memory.*1 device without a place: not enough memory/);
    await node('2Ti');
    const large = await apply(['--plan']);
    assert.deepEqual([large.code, /✖/.test(large.stdout)], [0, false], large.stdout);
  });

  it('--prune keeps the disks of a device whose deletionPolicy is Retain, and says so before', async () => {
    await apply();
    for (const [name, policy] of [['stays', 'Retain'], ['goes', 'Delete']]) assert.equal((await run(['create', name!, '--register', '--no-wait', '--label', 'site=south', '--deletion-policy', policy!])).code, 0);
    const plan = await apply(['--plan', '--prune', '-l', 'site=south']);
    assert.match(plan.stdout, /goes .*with its disks; the hub device stays/);
    assert.match(plan.stdout, /stays .*its disks stay \(spec\.deletionPolicy is Retain\), and the hub device/);
    const unasked = await apply(['--prune', '-l', 'site=south']);
    assert.match(unasked.stderr, /1 device will be deleted with its disks: goes\n +1 device will be deleted, and its disks stay \(spec\.deletionPolicy is Retain\): stays\n/);
    assert.equal((await apply(['--prune', '-l', 'site=south', '--yes'])).code, 0);
    const disks = world.cluster.store.all().filter(({ kind }) => kind === 'DataVolume').map(({ metadata }) => metadata.name);
    assert.deepEqual([disks.some((name) => name.startsWith('stays')), disks.some((name) => name.startsWith('goes'))], [true, false], String(disks));
  });

  it('--prune deletes the devices with these labels that no file names, after a question', async () => {
    await apply();
    await run(['create', 'other', '--register', '--no-wait', '--label', 'site=south', '-n', 'elsewhere']);
    await run(['create', 'mine', '--register', '--no-wait']);
    await write(['gw-01,north,2Gi']);
    const script = await apply(['--prune', '-l', 'site=south']);
    const plan = await apply(['--plan', '--prune', '-l', 'site=south']);
    assert.match(plan.stdout, /gw-02 +remove +- +VirtualMachine deleted \(with its disks; the hub device stays\)/);
    assert.match(plan.stdout, /^apply asks before it deletes gw-02$/m);
    assert.equal(script.code, 2);
    assert.match(script.stderr, /nobody can be asked:\n {2}1 device will be deleted with its disks: gw-02/);
    assert.equal(script.stderr.match(/will be deleted/g)?.length, 1, script.stderr);
    assert.match(script.stderr, /hint: +--yes does it; --plan only shows it\. --prune deletes the devices with the labels of -l that no file names\.\n/);
    assert.match(script.stderr, /^warning: --prune: no device of the files has the labels of -l$/m);
    assert.match(plan.stderr, /^warning: --prune: no device of the files has the labels of -l$/m);
    assert.doesNotMatch((await apply(['--plan', '--prune', '-l', 'site'])).stderr, /warning: --prune/);
    assert.equal((await apply(['--prune', '-l', 'site=south'], { terminal: true, columns: 80, stdin: 'n\n' })).code, 130);
    assert.equal(site('gw-02'), 'south');
    const done = await apply(['--prune', '-l', 'site=south', '--yes', '-o', 'json']);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual((JSON.parse(done.stdout) as FleetResult).items.map(({ name }) => name), ['gw-01', 'gw-02']);
    const left = world.cluster.store.all().filter(({ kind }) => kind === 'VirtualMachine').map(({ metadata }) => metadata.name).sort();
    assert.deepEqual(left, ['gw-01', 'mine', 'other'], 'other labels and other namespaces stay');
    assert.ok(world.hub.devices.has('gw-02'));
  });

  it('--prune names every device before it deletes them', async () => {
    const rows = Array.from({ length: 12 }, (_, n) => `gw-${String(n + 1).padStart(2, '0')},north,2Gi`);
    await write(rows);
    await apply();
    await write(rows.slice(0, 1));
    const asked = await apply(['--prune', '-l', 'site=north'], { terminal: true, columns: 80, stdin: 'n\n' });
    assert.equal(asked.code, 130);
    assert.match(asked.stderr, /11 devices will be deleted with their disks: gw-02, .*gw-12$/m);
    const direct = await run(['delete', '-l', 'site=north']);
    assert.match(direct.stderr, /12 devices will be deleted, with 12 disks: gw-01, .*gw-12$/m);
  });

  it('--prune deletes nothing if a device of the run failed, and says so', async () => {
    await apply();
    world.hub.register('gw-04', { edgeEnabled: false });
    await write(['gw-01,north,2Gi', 'gw-04,north,2Gi']);
    const run = await apply(['--prune', '-l', 'site', '--yes', '-o', 'json']);
    assert.notEqual(run.code, 0);
    assert.equal(site('gw-02'), 'south');
    assert.match(run.stderr, /gw-02: is not deleted, because 1 device of the run failed/);
    assert.match(run.stderr, /^0 of 1 device is deleted: 1 left$/m);
    const { items, summary } = JSON.parse(run.stdout) as FleetResult;
    assert.deepEqual([summary.failed, summary.deleted, items.at(-1)?.warnings], [1, 0, ['gw-02 is not deleted, because 1 device of the run failed']]);
  });

  it('--prune leaves a device that an EdgeDevice keeps, and needs labels and files', async () => {
    await apply();
    const vm = world.cluster.find('VirtualMachine', 'gw-02')!;
    const { metadata: { uid } } = await world.cluster.create({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name: 'gw-02', namespace: 'edge' }, spec: {} });
    await world.cluster.mergePatch({ type: VirtualMachine, name: 'gw-02', namespace: 'edge' }, { metadata: { ownerReferences: [...(vm.metadata.ownerReferences ?? []), { apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', name: 'gw-02', uid, controller: true }] } });
    await write(['gw-01,north,2Gi']);
    assert.equal((await apply(['--prune', '-l', 'site', '--yes'])).code, 0);
    assert.equal(site('gw-02'), 'south');
    assert.match((await apply(['--prune'])).stderr, /--prune: needs -l LABELS/);
    assert.match((await apply(['-l', 'site'])).stderr, /-l: needs --prune/);
    await write([]);
    const nothing = await apply(['--prune', '-l', 'site', '--yes']);
    assert.equal(nothing.code, 2);
    assert.match(nothing.stderr, /f\.csv: holds no row/);
    assert.equal(site('gw-01'), 'north');
  });

  it('diff compares all files, without a credential', async () => {
    await apply();
    const diff = (args: readonly string[] = []): Promise<Outcome> => run(['diff', '-f', 'f.csv', '--template', 't.yaml', ...args], { env: { NO_COLOR: '1' } });
    const same = await diff();
    assert.deepEqual([same.code, same.stdout], [0, ''], same.stderr);
    await write(['gw-01,east,2Gi', 'gw-02,south,2Gi', 'gw-03,north,2Gi']);
    const { code, stdout } = await diff();
    assert.equal(code, 1);
    assert.match(stdout, /^EdgeDevice gw-01\n {2}metadata\.labels\.site: north → east \(once the machine is restarted\)\n/);
    assert.match(stdout, /EdgeDevice gw-03: is not there; apply would create it\n$/);
    assert.doesNotMatch(stdout, /gw-02/);
    const json = JSON.parse((await diff(['-o', 'json'])).stdout) as { items: PlanItem[] };
    assert.deepEqual(json.items.map(({ name, action }) => `${name} ${action}`), ['gw-01 change', 'gw-02 unchanged', 'gw-03 create']);
    await writeFile(join(cwd, 'two.yaml'), 'metadata: {name: gw-08}\nspec: {identity: {register: {}}}\n---\nmetadata: {name: gw-09}\nspec: {identity: {register: {}}}\n');
    assert.match((await run(['diff', '-f', 'two.yaml'])).stdout, /gw-08: is not there[\s\S]*gw-09: is not there/);
    world.cluster.serves = async () => {
      throw new Error('a mistake');
    };
    assert.equal((await diff()).code, 3, '1 would mean a difference');
  });

  it('reports all problems of files and flags before it asks the cluster', async () => {
    await write(['gw-01,north,much', 'GW,south,2Gi']);
    const { code, stderr } = await apply();
    assert.equal(code, 2);
    assert.match(stderr, /f\.csv, row 1 \(line 2\): spec\.vm\.memory \(column memory\)/);
    assert.match(stderr, /f\.csv, row 2 \(line 3\): metadata\.name \(column name\)/);
    assert.equal(world.cluster.calls.length, 0);
    const flags = await run(['apply', '--concurrency', '0', '--timeout', 'x']);
    assert.equal(flags.code, 2);
    const both = await run(['apply', '-f', '-', '--hub-connection-string-file', '-']);
    assert.match(both.stderr, /-f, --hub-connection-string-file: only one of them can read standard input/);
    for (const field of ['-f', '--concurrency', '--timeout']) assert.match(flags.stderr, new RegExp(`${field}: `));
    const table = await run(['apply', '-f', 'f.csv']);
    assert.match(table.stderr, /f\.csv: needs a template.*[\s\S]*--template/);
  });
});
