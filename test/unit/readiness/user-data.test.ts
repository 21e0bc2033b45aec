import assert from 'node:assert/strict';
import { evaluate } from '../../../src/readiness/evaluate.js';
import { followDevice } from '../../../src/readiness/follow.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { findRefusal } from '../../../src/readiness/records/refusal.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { createDevice } from '../../../src/provision/create/index.js';
import { getStatus } from '../../../src/provision/status/index.js';
import { runningGuest } from '../../helpers/observations.js';
import { createRequest, scenario, type Scenario } from '../../helpers/scenario.js';

const line = '[   12.3] cloud-init[601]: 2026-11-21 12:00:01,000 - util.py[WARNING]: Failed loading yaml blob. Invalid format at line 2 column 1: "could not find expected \':\'"';

describe('a refusal of the user-data', () => {
  it('is found in cloud-init’s words, and quotes nothing of the user-data', () => {
    assert.match(findRefusal(line) ?? '', /^Failed loading yaml blob. Invalid format at line 2 column 1/);
    assert.equal(findRefusal("__init__.py[WARNING]: Unhandled non-multipart (text/x-not-multipart) userdata: 'b'password: hunter2'...'"), 'Unhandled non-multipart (text/x-not-multipart) userdata');
    assert.equal(findRefusal("Failed at merging in cloud config part from part-001: 'hunter2'"), 'Failed at merging in cloud config part from part-001: …');
    assert.match(findRefusal('Error: Cloud config schema errors: format-l3.c1: mapping values are not allowed') ?? '', /format-l3/);
    for (const other of ['Invalid cloud-config provided: Please run cloud-init schema', 'Cloud config schema errors: runcmd: 5 is not of type array', 'boot noise']) assert.equal(findRefusal(other), undefined);
  });

  async function refused(): Promise<Scenario> {
    const scene = scenario();
    await scene.clock.run(createDevice(scene.context, createRequest({ wait: false })));
    const pod = scene.cluster.store.all().find((object) => object.kind === 'Pod')!.metadata.name;
    scene.cluster.logStore.write(pod, 'boot noise', line);
    return scene;
  }
  const options = (scene: Scenario): Parameters<typeof followDevice>[1] => ({ name: 'gw-01', namespace: 'edge', waitFor: 'connected', timeoutMs: 300_000, startedAt: scene.clock.now(), device: { hub: 'hub.example.net', id: 'gw-01' }, random: () => 0.5 });

  it('is a terminal failure once no record has come for a while', async () => {
    const scene = await refused();
    const outcome = await scene.clock.run(followDevice(scene.context, options(scene)));
    assert.equal(outcome.cause?.code, 'user-data-invalid');
    assert.match(outcome.cause.message, /Failed loading yaml blob/);
    assert.equal((await scene.clock.run(getStatus(scene.context, { name: 'gw-01', namespace: 'edge' }))).cause?.code, 'user-data-invalid');
  });

  it('is none where the guest reports after all, nor of another pod', () => {
    const suspicion = (o: Observations): string | undefined => evaluate(o, defaultEvaluateOptions).suspicion?.cause.code;
    assert.equal(suspicion(runningGuest(undefined, { refusal: { text: 'x', podUid: 'pod-1' } })), 'user-data-invalid');
    assert.equal(suspicion(runningGuest({ stage: 'engine' }, { refusal: { text: 'x', podUid: 'pod-1' } })), undefined);
    assert.equal(suspicion(runningGuest(undefined, { refusal: { text: 'x', podUid: 'pod-9' } })), undefined);
  });
});
