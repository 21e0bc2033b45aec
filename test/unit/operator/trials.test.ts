import assert from 'node:assert/strict';
import { ManualClock } from '../../helpers/manual-clock.js';
import { operatorScene } from './helpers/scene.js';

describe('trials of new devices', () => {
  it('are shared by devices of one shape for a minute', async () => {
    const scene = operatorScene();
    scene.start();
    const make = async (name: string, spec = {}): Promise<number> => {
      const before = scene.cluster.calls.length;
      scene.apply({ identity: { register: {} }, ...spec }, { name });
      for (let i = 0; i < 40; i++) await ManualClock.settle();
      assert.ok(scene.cluster.find('VirtualMachine', name), name);
      return scene.cluster.calls.slice(before).filter(({ verb, what }) => verb === 'try' && what === 'virtualmachines').length;
    };
    assert.equal(await make('gw-01'), 1);
    assert.equal(await make('gw-02'), 0);
    assert.equal(await make('gw-03', { vm: { memory: '3Gi' } }), 1, 'another shape');
    await scene.clock.advance(60_000);
    assert.equal(await make('gw-04'), 1, 'a policy may have changed since');
    assert.deepEqual(scene.errors, []);
  });
});
