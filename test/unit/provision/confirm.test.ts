import assert from 'node:assert/strict';
import { createDevice } from '../../../src/provision/create/index.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { createRequest, scenario } from '../../helpers/scenario.js';

describe('the question before a change', () => {
  it('counts neither for the time limit nor for the seconds of the result', async () => {
    const scene = scenario();
    const confirm = (): Promise<void> => scene.clock.sleep(3_600_000);
    const result = await scene.clock.run(createDevice(scene.context, createRequest({ timeoutMs: 60_000 }), { confirm }));
    assert.equal(result.cause, undefined);
    assert.ok((result.seconds.applied ?? Number.NaN) < 60, JSON.stringify(result.seconds));
  });

  it('ends in interrupted if the person presses Ctrl-C at it, and changes nothing', async () => {
    const scene = scenario();
    const controller = new AbortController();
    const confirm = async (): Promise<void> => {
      controller.abort();
      controller.signal.throwIfAborted();
    };
    const error = await createDevice({ ...scene.context, signal: controller.signal }, createRequest(), { confirm }).catch((reason: unknown) => reason);
    assert.ok(EdgeVmError.is(error) && error.code === 'interrupted', String(error));
    assert.deepEqual(scene.cluster.writes, []);
  });
});
