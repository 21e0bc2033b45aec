import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { kinds } from '../../src/cluster/index.js';
import type { Fit, FleetResult, PlanItem } from '../../src/fleet/index.js';
import { assertCode, type CliResult } from './harness/cli.js';
import { eventually } from './harness/objects.js';
import { openScene, type Scene } from './harness/scene.js';

const count = 30;
const template = `apiVersion: edge-vm.io/v1alpha1
kind: EdgeDevice
metadata:
  name: \${name}
  labels: {fleet: it, line: "\${line}"}
spec:
  identity: {connectionString: {file: "keys/\${name}.txt"}}
  vm: {cpus: "\${cpus}", memory: "\${memory}"}
`;

interface Row {
  name: string;
  line: string;
  cpus: number;
  memory: string;
}

/** The tests follow each other: plan, apply with a kill, apply again, change and prune, delete. */
describe('a fleet from a CSV file on the lab', function () {
  this.timeout(600_000);
  let scene: Scene;
  let rows: Row[];
  const write = (): Promise<string> => scene.file('fleet.csv', ['name,line,cpus,memory', ...rows.map(({ name, line, cpus, memory }) => [name, line, cpus, memory].join(','))].join('\n'));
  const options = (): { cwd: string; limitMs: number } => ({ cwd: scene.folder, limitMs: 400_000 });
  const apply = (args: readonly string[]): Promise<CliResult> => scene.run(['apply', '-f', 'fleet.csv', '--template', 'device.yaml', ...args], options());
  const machines = async (): Promise<string[]> => (await scene.list(kinds.VirtualMachine)).map(({ metadata }) => metadata.name).sort();

  before(async () => {
    scene = await openScene('fleet');
    await mkdir(join(scene.folder, 'keys'));
    rows = Array.from({ length: count }, () => ({ name: scene.name('f'), line: '1', cpus: 1, memory: '512Mi' }));
    rows[7]!.memory = '900Gi';
    for (const [index, { name }] of rows.entries()) {
      const good = await scene.hub.register(name);
      const key = index === 3 ? good.replace(/SharedAccessKey=.*/, `SharedAccessKey=${Buffer.alloc(32, 5).toString('base64')}`) : good;
      await writeFile(join(scene.folder, 'keys', `${name}.txt`), `${key}\n`, { mode: 0o600 });
    }
    await scene.file('device.yaml', template);
    await write();
  });
  after(() => scene.close());

  it('plans before anything is made: what is refused, and which device finds no place', async () => {
    const run = await apply(['--plan', '-o', 'json']);
    assertCode(run, 5);
    const { items, summary, fit } = run.json<{ items: PlanItem[]; summary: Record<string, number>; fit: Fit }>();
    assert.deepEqual([summary['create'], summary['refused']], [count - 1, 1]);
    assert.deepEqual(items.filter(({ action }) => action === 'refused').map(({ name, cause }) => [name, cause?.code]), [[rows[3]!.name, 'unauthorized']]);
    assert.equal(fit.fits, false);
    const nodes = fit.checks.find(({ what }) => what === 'nodes');
    assert.deepEqual(nodes?.devices, [rows[7]!.name]);
    assert.match(nodes?.message ?? '', /not enough memory/);
    assert.deepEqual(await machines(), []);
  });

  it('killed half-way and run again, it goes on; one bad key and one device too large do not stop the others', async () => {
    const first = await scene.start(['apply', '-f', 'fleet.csv', '--template', 'device.yaml'], {
      ...options(),
      onStderrLine: (line, { kill }) => {
        if (line.startsWith('✔ ')) kill('SIGKILL');
      },
    }).done;
    assert.equal(first.code, null, first.stderr);
    const again = await apply(['-o', 'json', '--timeout', '5m']);
    assertCode(again, 5);
    const { items, summary } = again.json<FleetResult>();
    assert.deepEqual(summary.causes, { unauthorized: 1, unschedulable: 1 }, again.stderr);
    assert.equal(summary.good, count - 2);
    assert.ok(summary.unchanged > 0, 'the first run had applied some');
    for (const { name, ready, stage, cause } of items) if (cause === undefined) assert.deepEqual([ready, stage], [true, 'connected'], name);
    assert.match(again.stderr, new RegExp(`✖ ${rows[7]!.name} {2}unschedulable: `));
    assert.equal((await machines()).length, count - 1, 'the bad key makes no machine');
    assert.equal(await scene.get(kinds.Secret, `${rows[3]!.name}-cloud-init`), undefined);
  });

  it('finds no difference, then changes and prunes what the file says', async () => {
    const tooLarge = rows[7]!.name;
    rows = rows.filter((_, index) => index !== 3 && index !== 7);
    await write();
    const same = await scene.run(['diff', '-f', 'fleet.csv', '--template', 'device.yaml'], options());
    assert.deepEqual([same.code, same.stdout], [0, ''], same.stderr);
    const gone = rows.slice(20).map(({ name }) => name);
    rows = rows.slice(0, 20);
    rows[0]!.line = '2';
    await write();
    const differs = await scene.run(['diff', '-f', 'fleet.csv', '--template', 'device.yaml'], options());
    assertCode(differs, 1);
    assert.match(differs.stdout, new RegExp(`^EdgeDevice ${rows[0]!.name}\n  metadata\\.labels\\.line: 1 → 2`));
    const asked = await apply(['--prune', '-l', 'fleet=it', '--no-wait']);
    assertCode(asked, 2);
    assert.match(asked.stderr, /9 devices will be deleted with their disks/);
    const run = await apply(['--prune', '-l', 'fleet=it', '--yes', '--wait-for', 'applied', '-o', 'json']);
    assertCode(run, 0);
    const { items, summary } = run.json<FleetResult>();
    assert.deepEqual([summary.changed, summary.unchanged, summary.deleted], [1, 19, 9]);
    assert.deepEqual(items.slice(20).map(({ name }) => name).sort(), [...gone, tooLarge].sort());
    assert.deepEqual(await machines(), rows.map(({ name }) => name).sort());
  });

  it('lists, waits and deletes by label', async () => {
    const listed = await scene.run(['list', '-l', 'fleet=it,line in (2)', '-o', 'name']);
    assert.equal(listed.stdout, `edgedevice/${rows[0]!.name}\n`);
    const waited = await scene.run(['wait', '-l', 'fleet=it', '-o', 'json'], options());
    assertCode(waited, 0);
    assert.equal(waited.json<FleetResult>().items.filter(({ stage }) => stage === 'connected').length, 20);
    assertCode(await scene.run(['delete', '-l', 'fleet=it']), 2);
    const run = await scene.run(['delete', '-l', 'fleet=it', '--yes', '-o', 'json'], options());
    assertCode(run, 0);
    assert.equal(run.json<FleetResult>().summary.deleted, 20);
    assert.deepEqual(await machines(), []);
    await eventually('Secrets and disks are gone', async () => (await scene.list(kinds.Secret, 'app.kubernetes.io/managed-by=edge-vm')).length + (await scene.list(kinds.DataVolume)).length === 0);
    assert.notEqual(await scene.hub.device(rows[0]!.name), undefined, 'the hub’s devices stay');
  });
});
