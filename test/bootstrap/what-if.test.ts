import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertCode, ROOT, SCRIPT, scenes } from './scene.js';

const table = (name: string): string[][] => readFileSync(join(ROOT, 'scripts', 'aks', name), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'));

describe('aks-bootstrap.sh --what-if', () => {
  const scene = scenes();

  /** Runs it where there is no az, kubectl or edge-vm. */
  function whatIf(...args: string[]): string {
    const path = join(scene().folder, `few-${args.join('').replaceAll('/', '')}`);
    scene().fewPrograms(path);
    const { status, stdout, stderr } = spawnSync(SCRIPT, ['--what-if', ...args], { encoding: 'utf8', env: { PATH: path, HOME: scene().home } });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    return stdout;
  }

  it('prints plan and cost without az, kubectl and edge-vm', () => {
    assert.equal(whatIf(), readFileSync(join(ROOT, 'test', 'bootstrap', 'what-if.golden.txt'), 'utf8').replaceAll('$HOME', scene().home));
  });

  it('adds up what is asked for', () => {
    const text = whatIf('--node-size', 'Standard_E8s_v5', '--node-count', '3', '--node-disk-size', '200', '--cluster-tier', 'standard', '--hub-tier', 'S2', '--hub-units', '2', '--skip-device');
    for (const line of ['1103.76  3 x node Standard_E8s_v5', '114.06  3 x disk of a node, 200 GiB (P15)', '73.00  AKS, tier standard', '500.00  IoT Hub, tier S2, units: 2', '1812.72  in all']) assert.ok(text.includes(` ${line}`), `${line} is missing in:\n${text}`);
  });

  it('takes the name of a node size in any letters, as Azure does', async () => {
    for (const [size, name] of [['standard_d4s_v5', 'Standard_D4s_v5'], ['STANDARD_E16-4S_V5', 'Standard_E16-4s_v5'], ['standard_dS3_v2', 'Standard_DS3_v2']] as const) {
      const { stdout, stderr } = await scene().run(['--what-if', '--node-size', size]);
      assert.ok(`${stdout}${stderr}`.includes(name), `${stdout}${stderr}`);
    }
    assert.match((await scene().run(['--what-if', '--node-size', 'd4s_v5'])).stderr, /'d4s_v5' is no name of an Azure VM size/);
  });

  it('warns of a device that does not fit on a node, and of no other', () => {
    assert.match(whatIf('--device-memory', '64Gi', '--device-cpus', '16'), /warning {9}the memory of the device \(64Gi\)[^]*has 16 GiB[^]*warning {9}the device has more vCPUs \(16\) than a node: Standard_D4s_v5\n? +has 4\./);
    // AKS keeps up to a quarter of a node: 12 GiB of 16 are left.
    assert.match(whatIf('--device-memory', '13Gi'), /warning/);
    assert.doesNotMatch(whatIf('--device-memory', '12288Mi', '--device-cpus', '4'), /warning/);
    assert.doesNotMatch(whatIf('--node-size', 'Standard_E16-4s_v5', '--device-memory', '64Gi', '--device-cpus', '4'), /warning/);
    assert.match(whatIf('--node-size', 'Standard_E16-4s_v5', '--device-cpus', '5'), /Standard_E16-4s_v5[^]*has 4/);
    assert.doesNotMatch(whatIf('--skip-cluster', '--device-memory', '64Gi'), /warning/);
  });

  it('asks edge-vm, if it is there, whether it accepts the flags of the device', async () => {
    const run = await scene().run(['--what-if', '--', '--gatway']);
    assertCode(run, 2);
    assert.match(run.stderr, /edge-vm create does not accept these flags: --gatway: unknown flag\n {2}Nothing was made/);
    assert.equal(run.stdout, '');
    assertCode(await scene().run(['--what-if', '--', '--gateway']), 0);
    assert.deepEqual(scene().files(), []);
  });

  it('prints what --destroy would delete, and deletes nothing, in both orders and with --yes', async () => {
    assertCode(await scene().run(['--yes']), 0);
    for (const args of [['--what-if', '--destroy', '--yes'], ['--destroy', '--yes', '--what-if=true']]) {
      const run = await scene().run(args);
      assertCode(run, 0);
      assert.deepEqual(run.calls, []);
      assert.match(run.stdout, /would be deleted[^]*resource group {2}edge-vm[^]*AKS cluster {5}edge-vm[^]*IoT Hub[^]*nothing was changed/);
    }
    assert.match(whatIf('--destroy'), /would be deleted/);
    assert.doesNotMatch(whatIf('--destroy', '--skip-hub'), /IoT Hub/);
  });

  it('names the cluster and the hub of yours, and no key', async () => {
    const run = await scene().run(['--what-if', '--skip-cluster', '--skip-hub'], { env: { EDGE_VM_HUB_CONNECTION_STRING: 'HostName=factory.azure-devices.net;SharedAccessKeyName=p;SharedAccessKey=a2V5' } });
    assertCode(run, 0);
    assert.match(run.stdout, /cluster {9}yours: context plant \(https:\/\/10\.0\.0\.1:6443\)\n/);
    assert.match(run.stdout, /IoT Hub {9}yours: factory\.azure-devices\.net\n/);
    assert.doesNotMatch(run.stdout, /a2V5/);
    assert.match((await scene().run(['--what-if', '--skip-cluster', '--context', 'k3s'])).stdout, /yours: context k3s /);
  });

  it('breaks long lines of the plan at 80 columns', () => {
    const text = whatIf('--tag', 'a=1', ...Array.from({ length: 9 }, (_, n) => ['--tag', `name-of-tag-${n}=value`]).flat());
    assert.deepEqual(text.split('\n').filter((line) => line.length > 80 && !line.includes('kubeconfig')), []);
    assert.match(text, /name-of-tag-8=value/);
  });

  it('says so when it has no price', () => {
    assert.match(whatIf('--node-size', 'Standard_D4s_v7'), /\? {2}1 x node Standard_D4s_v7, 730 hours: no price in the table[^]* {2}and what has no price here/);
  });

  it('has a dated table of prices whose numbers are numbers', () => {
    const prices = table('prices.tsv');
    assert.match(prices.find(([kind]) => kind === 'date')?.[1] ?? '', /^20\d\d-(0[1-9]|1[0-2])$/);
    for (const [kind = '', name, price] of prices.slice(3)) assert.ok(['vcpu', 'premium-disk', 'standard-disk', 'aks', 'network', 'hub'].includes(kind) && Number(price) >= 0, `${kind} ${name}`);
    const series = new Map(table('sizes.tsv').map(([name, nested]) => [name, nested]));
    for (const nested of series.values()) assert.ok(nested === 'yes' || nested === 'no');
    for (const [kind, name = ''] of prices) if (kind === 'vcpu') assert.equal(series.get(name), 'yes', `${name} has a price`);
  });

  it('prints a help that names each flag with its default, in 80 columns', () => {
    const { stdout, status } = spawnSync(SCRIPT, ['--help'], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), []);
    const flags = readFileSync(join(ROOT, 'scripts', 'aks', 'flags.sh'), 'utf8').split('read_flags()')[1]?.split('matches()')[0]?.match(/--[a-z][a-z-]+/g) ?? [];
    assert.ok(flags.length > 30);
    for (const flag of new Set(flags)) assert.ok(stdout.includes(flag), `${flag} is not in the help`);
  });
});
