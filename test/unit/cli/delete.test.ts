import assert from 'node:assert/strict';
import { EdgeVmError } from '../../../src/support/errors.js';
import type { Outcome } from './helpers/run.js';
import { openWorld, withHub, type World } from './helpers/world.js';

describe('cli/delete on a terminal', () => {
  let world: World;
  const run = (args: readonly string[], options: Parameters<World['run']>[1] = {}): Promise<Outcome> => world.run(args, { env: { ...withHub, NO_COLOR: '1' }, ...options });
  const remove = (args: readonly string[], answer: string): Promise<Outcome> => run(['delete', 'gw-01', ...args], { terminal: true, columns: 80, stdin: answer });
  const exists = (): boolean => world.cluster.find('VirtualMachine', 'gw-01') !== undefined;
  beforeEach(async () => {
    world = openWorld();
    assert.equal((await run(['create', 'gw-01', '--register', '--no-wait'])).code, 0);
  });

  it('asks before disks and the hub’s device are lost; anything but y leaves all as it is', async () => {
    const { code, stderr } = await remove(['--deregister'], 'n\n');
    assert.equal(code, 130);
    assert.match(stderr, /deleting gw-01 also deletes:\n {2}disk gw-01-root\n {2}hub device gw-01\nGo on\? \[y\/N\] /);
    assert.match(stderr, /error: you said no: nothing was deleted/);
    assert.ok(exists() && world.hub.devices.has('gw-01'));
    assert.equal((await remove(['--deregister'], 'y\n')).code, 0);
    assert.ok(!exists() && !world.hub.devices.has('gw-01'));
  });

  it('does not ask with --yes, when nothing is lost, or in a script', async () => {
    for (const [args, options] of [[['-y'], { terminal: true, columns: 80 }], [['--keep-disk'], {}], [[], {}]] as const) {
      world = openWorld();
      await run(['create', 'gw-01', '--register', '--no-wait']);
      const { code, stderr } = await run(['delete', 'gw-01', ...args], options);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stderr, /Go on/);
      assert.ok(!exists());
    }
  });

  it('asks before the settings are lost with --keep-disk, and has the command that keeps them', async () => {
    const { code, stderr } = await remove(['--keep-disk'], 'n\n');
    assert.equal(code, 130);
    assert.match(stderr.replaceAll(/\s+/g, ' '), /warning: the settings of gw-01 are not kept with its disk: .* create the device from that file: edge-vm get gw-01 -n edge/);
    assert.match(stderr, /deleting gw-01 also deletes:\n {2}Secret gw-01-cloud-init \(with the settings of the device\)\nGo on\?/);
    assert.ok(exists());
    const done = await run(['delete', 'gw-01', '--keep-disk', '-o', 'json']);
    assert.equal(done.code, 0, done.stderr);
    assert.match((JSON.parse(done.stdout) as { warnings: string[] }).warnings.join(), /the settings of gw-01 are not kept/);
    const rest = await run(['delete', 'gw-01']);
    assert.doesNotMatch(rest.stderr, /settings/, 'a disk alone has none');
  });

  it('deletes nothing with --deregister while the hub does not answer', async () => {
    world.hub.getDevice = async () => {
      throw new EdgeVmError('hub-unreachable', 'cannot reach the hub');
    };
    const { code, stderr } = await run(['delete', 'gw-01', '--deregister']);
    assert.equal(code, 3, stderr);
    assert.ok(exists() && world.hub.devices.has('gw-01'));
  });
});
