import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { deleteDevice } from '../../../src/provision/delete/index.js';
import { createRequest, scenario } from '../../helpers/scenario.js';

describe('the mark of a dry run', () => {
  for (const dryRun of ['client', 'server'] as const) {
    it(`stands in the results of create and delete (${dryRun}), and in no other`, async () => {
      const scene = scenario();
      assert.equal((await scene.clock.run(createDevice(scene.context, createRequest({ dryRun })))).dryRun, dryRun);
      assert.equal('dryRun' in (await scene.clock.run(createDevice(scene.context, createRequest()))), false);
      const request = { name: 'gw-01', namespace: 'edge', keepDisk: false, deregister: false, wait: true, timeoutMs: 60_000 };
      assert.equal((await scene.clock.run(deleteDevice(scene.context, { ...request, dryRun }))).dryRun, dryRun);
      assert.equal('dryRun' in (await scene.clock.run(deleteDevice(scene.context, { ...request, dryRun: 'none' }))), false);
    });
  }
});
