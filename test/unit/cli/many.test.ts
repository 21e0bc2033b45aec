import assert from 'node:assert/strict';
import { EdgeVmError } from '../../../src/support/errors.js';
import type { FleetResult } from '../../../src/fleet/index.js';
import { lossesText } from '../../../src/cli/context/delete-many.js';
import type { Outcome, RunOptions } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

describe('cli/delete and cli/wait of many', () => {
  let world: World;
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> => world.run(args, { env: { ...withHub, NO_COLOR: '1' }, ...options });
  const left = (): string[] => world.cluster.store.all().filter(({ kind }) => kind === 'VirtualMachine').map(({ metadata }) => metadata.name).sort();
  beforeEach(async () => {
    world = openWorld();
    for (const [name, site] of [['gw-01', 'north'], ['gw-02', 'north'], ['gw-03', 'south']]) assert.equal((await run(['create', name!, '--register', '--no-wait', '--label', `site=${site}`])).code, 0);
  });

  it('deletes names, and what -l or --all selects', async () => {
    const names = await run(['delete', 'gw-01', 'edgedevice/gw-03', '--yes', '-o', 'json']);
    assert.equal(names.code, 0, names.stderr);
    const { items, summary } = JSON.parse(names.stdout) as FleetResult;
    assert.deepEqual([items.map(({ name }) => name), summary.deleted], [['gw-01', 'gw-03'], 2]);
    assert.deepEqual(left(), ['gw-02']);
    assert.match((await run(['delete', '-l', 'site=south', '--yes'])).stderr, /no devices to delete/);
    assert.equal((await run(['delete', '-l', 'site in (north)', '--yes', '--deregister'])).code, 0);
    assert.deepEqual([left(), world.hub.devices.has('gw-02'), world.hub.devices.has('gw-01')], [[], false, true]);
  });

  it('keeps the disks of devices whose deletionPolicy is Retain, unless somebody says otherwise', async () => {
    const disks = (): string[] => world.cluster.store.all().filter(({ kind }) => kind === 'DataVolume').map(({ metadata }) => metadata.name).sort();
    for (const name of ['gw-04', 'gw-05', 'gw-06']) assert.equal((await run(['create', name, '--register', '--no-wait', '--label', 'keep=yes', '--deletion-policy', 'Retain'])).code, 0);
    const all = disks();
    const kept = all.filter((name) => /gw-0[456]/.test(name));
    assert.ok(kept.length >= 3, String(all));
    assert.match((await run(['delete', '--all'])).stderr, /6 devices will be deleted, with 3 disks: /);
    assert.equal((await run(['delete', 'gw-01', 'gw-04', '--yes'])).code, 0);
    assert.equal((await run(['delete', '-l', 'keep=yes', '--yes'])).code, 0);
    assert.deepEqual(disks().filter((name) => kept.includes(name)), kept);
    assert.equal(disks().some((name) => name.startsWith('gw-01')), false);
    assert.equal((await run(['create', 'gw-05', '--register', '--no-wait', '--deletion-policy', 'Retain'])).code, 0);
    assert.equal((await run(['create', 'gw-06', '--register', '--no-wait', '--deletion-policy', 'Retain'])).code, 0);
    assert.equal((await run(['delete', 'gw-05', 'gw-06', '--delete-disk', '--yes'])).code, 0);
    assert.deepEqual(disks().filter((name) => /gw-0[56]/.test(name)), []);
  });

  it('says that nothing was deleted if it is interrupted while it looks for the devices', async () => {
    const ends = new AbortController();
    const list = world.cluster.list.bind(world.cluster);
    world.cluster.list = async (type, options) => {
      if (type.kind === 'VirtualMachine') ends.abort();
      if (ends.signal.aborted) throw new EdgeVmError('interrupted', 'interrupted');
      return list(type, options);
    };
    const { code, stderr } = await run(['delete', '--all', '--yes'], { signal: ends.signal });
    assert.deepEqual([code, /hint: +Nothing was deleted\. Do the same again to begin\./.test(stderr)], [130, true], stderr);
    assert.deepEqual(left(), ['gw-01', 'gw-02', 'gw-03']);
  });

  it('--all deletes the devices of the namespace only; -A those of all', async () => {
    assert.equal((await run(['create', 'gw-09', '--register', '--no-wait', '-n', 'other'])).code, 0);
    assert.equal((await run(['delete', '--all', '--yes'])).code, 0);
    assert.deepEqual(left(), ['gw-09']);
    assert.equal((await run(['delete', '--all', '-A', '--yes'])).code, 0);
    assert.deepEqual(left(), []);
  });

  it('asks once on a terminal; elsewhere it needs --yes', async () => {
    const script = await run(['delete', '--all', '--deregister']);
    assert.equal(script.code, 2);
    assert.match(script.stderr, /nobody can be asked: 3 devices will be deleted, with 3 disks, 3 hub devices: gw-01, gw-02, gw-03/);
    const no = await run(['delete', '--all'], { terminal: true, columns: 80, stdin: 'n\n' });
    assert.equal(no.code, 130);
    assert.equal(no.stderr.match(/Go on\?/g)?.length, 1);
    assert.equal(left().length, 3);
    assert.equal((await run(['delete', '--all'], { terminal: true, columns: 80, stdin: 'y\n' })).code, 0);
    assert.deepEqual(left(), []);
  });

  it('a device that is not there fails, and the others are deleted', async () => {
    const { code, stderr } = await run(['delete', 'gw-01', 'gw-07', '--yes']);
    assert.equal(code, 3);
    assert.match(stderr, /✖ gw-07 {2}not-found: no device gw-07/);
    assert.deepEqual(left(), ['gw-02', 'gw-03']);
    assert.equal((await run(['delete', 'gw-01', 'gw-02', '--yes', '--ignore-not-found'])).code, 0);
  });

  it('a dry run deletes nothing and asks nothing', async () => {
    const { code, stderr } = await run(['delete', '--all', '--dry-run', 'client']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /3 of 3 devices would be deleted \(client dry run\)/);
    for (const name of ['gw-01', 'gw-02', 'gw-03']) assert.match(stderr, new RegExp(`VirtualMachine ${name} deleted \\(client dry run\\)\n.*DataVolume ${name}-root deleted`), 'as for one name');
    assert.equal(left().length, 3);
    for (let n = 4; n < 10; n += 1) assert.equal((await run(['create', `gw-0${n}`, '--register', '--no-wait'])).code, 0);
    const many = await run(['delete', '--all', '--keep-disk', '--dry-run', 'client']);
    assert.match(many.stderr, /^9 VirtualMachine.* deleted \(client dry run\)$/m);
    assert.match(many.stderr, /^9 DataVolume.* kept \(client dry run\)$/m);
    assert.doesNotMatch(many.stderr, /VirtualMachine gw/);
  });

  it('counts no device as deleted that was not there', async () => {
    const none = await run(['delete', 'a', 'b', 'c', '--ignore-not-found', '--yes']);
    assert.equal(none.code, 0, none.stderr);
    assert.match(none.stderr, /^0 of 3 devices are deleted after .*: 3 not there$/m);
    assert.match(none.stderr, /^- b {2}nothing to delete$/m);
    assert.match((await run(['delete', 'a', 'gw-01', '--ignore-not-found', '--yes'])).stderr, /^1 of 2 devices are deleted after .*: 1 not there$/m);
  });

  it('refuses names together with a selection, and neither of them', async () => {
    for (const command of ['delete', 'wait']) {
      for (const [args, words] of [[['gw-01', '--all'], /NAME, --all: give only one of them/], [['-l', 'a=b', '--all'], /-l, --all: give only one/], [['gw-01', '-A'], /NAME, -A: give only one/], [[], /name is missing; give NAME/], [['GW_1', 'gw-01'], /NAME: must be the name of a device/]] as const) {
        const { code, stderr } = await run([command, ...args]);
        assert.equal(code, 2);
        assert.match(stderr, words);
      }
    }
  });

  it('waits for names and selections; each failure has its cause', async () => {
    const applied = await run(['wait', '-l', 'site=north', '--wait-for', 'applied', '-o', 'json']);
    assert.equal(applied.code, 0, applied.stderr);
    assert.deepEqual((JSON.parse(applied.stdout) as FleetResult).items.map(({ name, ready }) => `${name} ${ready}`), ['gw-01 true', 'gw-02 true']);
    const missing = await run(['wait', 'gw-01', 'gw-07', '--wait-for', 'applied']);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /1 of 2 devices have reached applied/);
    assert.match(missing.stderr, /not-found: 1 device\n {2}gw-07/);
    const none = await run(['wait', '-l', 'site=east', '-o', 'json']);
    assert.equal(none.code, 3, none.stdout);
    assert.match(none.stderr, /error: no devices with labels site=east to wait for/);
  });

  it('counts what is lost, not what is kept', () => {
    const change = (kind: string, outcome: 'deleted' | 'kept'): { kind: string; name: string; outcome: 'deleted' | 'kept' } => ({ kind, name: 'x', outcome });
    assert.equal(lossesText([{ name: 'a', namespace: 'n', changes: [change('VirtualMachine', 'deleted'), change('DataVolume', 'kept'), change('Device', 'deleted'), change('Namespace', 'deleted')] }]), '1 hub device, 1 namespace');
  });
});
