import assert from 'node:assert/strict';
import type { FleetResult } from '../../../src/fleet/index.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import type { Outcome, RunOptions } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

describe('cli/status, get, start and restart of many', () => {
  let world: World;
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> => world.run(args, { env: { ...withHub, NO_COLOR: '1' }, ...options });
  const names = ({ stdout }: Outcome): string[] => (JSON.parse(stdout) as FleetResult).items.map(({ name }) => name);
  beforeEach(async () => {
    world = openWorld();
    for (const [name, site] of [['gw-01', 'north'], ['gw-02', 'north'], ['gw-03', 'south']]) assert.equal((await run(['create', name!, '--register', '--no-wait', '--label', `site=${site}`])).code, 0);
  });

  it('status shows each of several, and says all that are missing at once', async () => {
    const { code, stdout, stderr } = await run(['status', 'gw-02', 'gw-08', 'gw-01', 'gw-09']);
    assert.equal(code, 3);
    assert.deepEqual(stdout.split('\n').slice(1, 5).map((line) => line.split(/ +/)[0]), ['gw-02', 'gw-08', 'gw-01', 'gw-09'], 'in the order given');
    for (const name of ['gw-01', 'gw-02']) assert.match(stdout, new RegExp(`\n\n${name}\nCONDITION `));
    assert.match(stderr, /^0 of 4 devices are ready: 2 not ready, 2 failed\n\nnot-found: 2 devices\n {2}gw-08, gw-09\n {2}gw-08: no device gw-08 in namespace /m);
  });

  it('status of names, -l and --all is a list; of one name it is one object', async () => {
    assert.deepEqual(names(await run(['status', 'gw-01', 'edgedevice/gw-03', 'gw-01', '-o', 'json'])), ['gw-01', 'gw-03']);
    assert.deepEqual(names(await run(['status', '-l', 'site=south', '-o', 'json'])), ['gw-03']);
    assert.deepEqual(names(await run(['status', '--all', '-o', 'json'])), ['gw-01', 'gw-02', 'gw-03']);
    const one = await run(['status', 'gw-01', '-o', 'json']);
    assert.equal((JSON.parse(one.stdout) as DeviceResult).name, 'gw-01');
    const twice = await run(['status', 'gw-01', 'vm/gw-01', '-o', 'json']);
    assert.equal((JSON.parse(twice.stdout) as DeviceResult).name, 'gw-01', 'a name counts once');
    const none = await run(['status', '-l', 'site=east']);
    assert.deepEqual([none.code, none.stdout], [3, '']);
    assert.match(none.stderr, /^error: no devices with labels site=east to show$/m);
  });

  it('status shows the stages of up to eight devices, of more only those that are not ready', async () => {
    for (let n = 4; n < 10; n += 1) assert.equal((await run(['create', `gw-0${n}`, '--register', '--no-wait'])).code, 0);
    const count = ({ stdout }: Outcome): number => stdout.match(/^CONDITION/gm)?.length ?? 0;
    assert.equal(count(await run(['status', '--all', '--wait-for', 'applied'])), 0);
    assert.equal(count(await run(['status', '--all'])), 9);
    assert.equal(count(await run(['status', 'gw-01', 'gw-02', '--wait-for', 'applied'])), 2);
  });

  it('status counts what was not read in time apart, and ends with 4', async () => {
    const get = world.cluster.get.bind(world.cluster);
    world.cluster.get = async (ref, options) => {
      if (ref.name !== 'gw-02') return get(ref, options);
      return new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal!.reason as Error)));
    };
    const { code, stderr } = await run(['status', 'gw-01', 'gw-02', '--timeout', '500ms', '--wait-for', 'applied']);
    assert.equal(code, 4);
    assert.match(stderr, /^1 of 2 devices are ready: 1 not read$/m);
    assert.match(stderr, /^timed-out \(not read\): 1 device$/m);
  });

  it('every command for several takes what list -o name prints', async () => {
    const all = (await run(['list', '-o', 'name'])).stdout.trim().split('\n');
    assert.equal(all.length, 3);
    for (const args of [['status'], ['get'], ['start', '--no-wait'], ['wait', '--wait-for', 'applied'], ['delete', '--yes']]) {
      const { code, stderr } = await run([...args, ...all]);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    }
    assert.equal((await run(['list', '-o', 'name'])).stdout, '');
  });

  it('get prints documents in YAML, and a List in JSON; apply -f takes both', async () => {
    const yaml = await run(['get', 'gw-01', 'gw-03']);
    assert.equal(yaml.code, 0, yaml.stderr);
    assert.deepEqual(yaml.stdout.split('\n---\n').map((text) => /^ {2}name: (.*)$/m.exec(text)?.[1]), ['gw-01', 'gw-03']);
    const json = await run(['get', '-l', 'site=north', '-o', 'json']);
    const list = JSON.parse(json.stdout) as { kind: string; items: { metadata: { name: string } }[] };
    assert.deepEqual([list.kind, list.items.map(({ metadata }) => metadata.name)], ['List', ['gw-01', 'gw-02']]);
    for (const { stdout } of [yaml, json]) {
      const again = await run(['diff', '-f', '-'], { stdin: stdout });
      assert.deepEqual([again.code, again.stdout], [0, ''], again.stderr);
    }
    assert.equal((await run(['get', '--all', '-o', 'name'])).stdout, 'edgedevice/gw-01\nedgedevice/gw-02\nedgedevice/gw-03\n');
  });

  it('get prints what is there, and names all that is missing', async () => {
    const { code, stdout, stderr } = await run(['get', 'gw-08', 'gw-02', 'gw-09']);
    assert.equal(code, 3);
    assert.match(stdout, /^apiVersion: [^]* name: gw-02\n/);
    assert.doesNotMatch(stdout, /---/);
    assert.match(stderr, /not-found: 2 devices\n {2}gw-08, gw-09\n/);
    const none = await run(['get', 'gw-08', 'gw-09', '-o', 'json']);
    assert.deepEqual([none.code, JSON.parse(none.stdout)], [3, { apiVersion: 'v1', kind: 'List', items: [] }]);
  });

  it('start and restart act on each; one that fails does not stop the others', async () => {
    const halt = (name: string): void => world.cluster.edit('VirtualMachine', (world.cluster.find('VirtualMachine', name)!.metadata.namespace), name, 'virt-api', (vm) => void Object.assign(vm['spec'] as object, { runStrategy: 'Halted' }));
    halt('gw-02');
    const before = world.cluster.calls.length;
    const started = await run(['start', '-l', 'site=north', '--no-wait']);
    assert.equal(started.code, 0, started.stderr);
    assert.match(started.stderr, /^2 of 2 devices are started after .*: 1 started, 1 not stopped$/m);
    const actions = world.cluster.calls.slice(before).filter(({ verb, what }) => !['get', 'list', 'watch', 'table'].includes(verb) && what.startsWith('virtualmachines'));
    assert.equal(actions.length, 1, JSON.stringify(actions));
    halt('gw-03');
    const some = await run(['restart', 'gw-03', 'gw-07', '--no-wait', '-o', 'json']);
    const { items, summary } = JSON.parse(some.stdout) as FleetResult;
    assert.deepEqual([items.map(({ cause }) => cause?.code), summary.failed], [['vm-stopped', 'not-found'], 2]);
    assert.notEqual(some.code, 0);
    assert.match((await run(['restart', '-l', 'site=east'])).stderr, /no devices with labels site=east to restart/);
  });
});
