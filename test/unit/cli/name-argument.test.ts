import assert from 'node:assert/strict';
import { plainName } from '../../../src/cli/input/name-argument.js';
import { openWorld, withHub } from './helpers/world.js';

describe('cli/name-argument', () => {
  for (const given of ['gw-01', 'vm/gw-01', 'vms/gw-01', 'vmi/gw-01', 'virtualmachineinstances.kubevirt.io/gw-01', 'virtualmachine/gw-01', 'virtualmachine.kubevirt.io/gw-01', 'virtualmachines.kubevirt.io/gw-01', 'edgedevice/gw-01', 'ed/gw-01', 'edge/gw-01', 'edgedevices.edge-vm.io/gw-01', 'EdgeDevice/gw-01']) {
    it(`takes ${given} as gw-01`, () => assert.equal(plainName(given), 'gw-01'));
  }
  for (const given of ['pod/gw-01', 'vm/', '/gw-01', 'vm/a/b', 'edgedevice.kubevirt.io/gw-01', 'GW/01']) {
    it(`leaves ${given} as it is`, () => assert.equal(plainName(given), given));
  }

  it('every command with a NAME takes what list -o name prints', async () => {
    const world = openWorld();
    const run = (args: readonly string[]): ReturnType<typeof world.run> => world.run(args, { env: withHub });
    assert.equal((await run(['create', 'edgedevice/gw-01', '--register', '--no-wait'])).code, 0);
    const name = (await run(['list', '-o', 'name'])).stdout.trim();
    assert.equal(name, 'edgedevice/gw-01');
    for (const args of [['get', name], ['set', name, '--memory', '3Gi', '--no-wait'], ['start', name, '--no-wait'], ['delete', name]]) {
      const { code, stderr } = await run(args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    }
    assert.equal((await run(['list', '-o', 'name'])).stdout, '');
  });

  it('list -l selects by label, and refuses a wrong selector before it asks the cluster', async () => {
    const world = openWorld();
    const run = (args: readonly string[]): ReturnType<typeof world.run> => world.run(args, { env: withHub });
    for (const [name, site] of [['gw-01', 'north'], ['gw-02', 'south']]) assert.equal((await run(['create', name!, '--register', '--no-wait', '--label', `site=${site}`])).code, 0);
    assert.equal((await run(['list', '-l', 'site in (north)', '-o', 'name'])).stdout, 'edgedevice/gw-01\n');
    assert.equal((await run(['list', '-l', 'site!=north', '-o', 'name'])).stdout, 'edgedevice/gw-02\n');
    const wrong = await run(['list', '-l', 'site>north']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--selector: needs label names/);
  });
});
