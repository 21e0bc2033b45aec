import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetResult } from '../../../src/fleet/index.js';
import type { Outcome, RunOptions } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

const template = 'kind: EdgeDevice\nmetadata: {name: "${name}", labels: {site: "${site}"}}\nspec:\n  identity: {register: {}}\n  vm: {memory: "${memory}"}\n';

describe('cli/apply', () => {
  let world: World;
  let cwd: string;
  beforeEach(async () => {
    world = openWorld();
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
    assert.match(stderr, /1 of 2 devices are applied .*: 1 created\n\nnot-edge-enabled: 1 device\n {2}gw-02\n {2}device gw-02 is registered in .*\n {2}hint: Enable it/);
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

  it('reports all problems of files and flags before it asks the cluster', async () => {
    await write(['gw-01,north,much', 'GW,south,2Gi']);
    const { code, stderr } = await apply();
    assert.equal(code, 2);
    assert.match(stderr, /f\.csv, row 1 \(line 2\): spec\.vm\.memory \(column memory\)/);
    assert.match(stderr, /f\.csv, row 2 \(line 3\): metadata\.name \(column name\)/);
    assert.equal(world.cluster.calls.length, 0);
    const flags = await run(['apply', '--concurrency', '0', '--timeout', 'x']);
    assert.equal(flags.code, 2);
    for (const field of ['-f', '--concurrency', '--timeout']) assert.match(flags.stderr, new RegExp(`${field}: `));
    const table = await run(['apply', '-f', 'f.csv']);
    assert.match(table.stderr, /f\.csv: needs a template.*[\s\S]*--template/);
  });
});
