import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { createRequest, device, scenario, type Scenario } from '../../helpers/scenario.js';

async function create({ clock, context }: Scenario, tags: Record<string, string> | undefined): Promise<void> {
  const own = tags === undefined ? {} : { tags };
  const register = { deviceId: 'gw-01', ...own };
  await clock.run(createDevice(context, createRequest({ device: device({ spec: { identity: { register } } }), identity: { kind: 'register', ...register } })));
}

describe('tags that a device has no more', () => {
  it('are removed in the hub, and those of others stay', async () => {
    const scene = scenario();
    scene.hub.register('gw-01');
    scene.hub.tagsOf.set('gw-01', { of: 'others' });
    await create(scene, { site: 'north', line: '7' });
    await create(scene, { site: 'north' });
    assert.deepEqual(scene.hub.tagsOf.get('gw-01'), { of: 'others', site: 'north' });
    await create(scene, undefined);
    assert.deepEqual(scene.hub.tagsOf.get('gw-01'), { of: 'others' });
  });
});
