import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { noTrack, track } from '../../../src/readiness/track.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import type { Stage } from '../../../src/readiness/types.js';
import type { CauseCode } from '../../../src/support/causes.js';
import { allDone, dataVolume, event, observe, pod, runningGuest, twin, vm, vmi } from '../../helpers/observations.js';

const FRESH = '2026-11-21T12:00:40Z';
const configured = { seq: 9, stage: 'report', state: 'ok', done: allDone };
const starting = (change: Partial<Observations> = {}): Observations => observe({ vm: vm(), vmi: vmi('Scheduling'), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') }, ...change });
const importing = (status: Record<string, unknown>, phase = 'ImportInProgress'): Observations => observe({ vm: vm(), dataVolumes: { 'gw-01-root': dataVolume(phase, status) } });
const waits = (reason: string, message = 'why'): Observations => starting({ pods: { 'launcher-1': pod({ status: { containerStatuses: [{ name: 'compute', state: { waiting: { reason, message } } }] } }) } });
const unschedulable = [{ type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message: '0/3 nodes: Insufficient devices.kubevirt.io/kvm. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.' }];
const reported = (code: number, more: Parameters<typeof twin>[2] = {}, desired?: Parameters<typeof twin>[3]): Observations =>
  runningGuest(configured, { hub: { available: true, twin: { value: twin(code, FRESH, { lastDesiredStatus: { code, description: 'bad schema' }, ...more }, desired), at: 0 } } });
const asked = (device: NonNullable<Observations['hub']['device']>['value']): Observations =>
  runningGuest(configured, { hub: { available: true, twin: { value: undefined, at: 0 }, device: { value: device, at: 0 } } });
const edge = { deviceId: 'gw-01', edgeEnabled: true, status: 'enabled' as const, authType: 'sas' };

const { schedulingGraceMs, imageGraceMs, pullGraceMs, controllerGraceMs, slowGraceMs, detachGraceMs, agentImageGraceMs } = defaultEvaluateOptions;

const sensor = { $version: 1, modules: { sensor: { settings: { image: 'contoso.azurecr.io/sensor:9' } } } };
const pulling = 'Error calling prepare update for module sensor: Could not pull image contoso.azurecr.io/sensor:9';

const cases: { name: string; given: Observations; code: CauseCode; after: number; waitFor?: Stage; message?: RegExp; hint?: RegExp }[] = [
  { name: 'a VM that is deleted', given: observe(), code: 'vm-deleted', after: controllerGraceMs },
  { name: 'a VM that is being deleted', given: observe({ vm: vm({ deleting: true }) }), code: 'vm-deleted', after: 0 },
  { name: 'a stopped VM', given: observe({ vm: vm({ spec: { runStrategy: 'Halted' } }) }), code: 'vm-stopped', after: controllerGraceMs, hint: /^Start it: edge-vm start gw-01 -n \S+$/ },
  { name: 'a VM that ended and is not started again', given: observe({ vm: vm({ spec: { runStrategy: 'Once' } }), vmi: vmi('Succeeded') }), code: 'vm-stopped', after: controllerGraceMs },
  { name: 'an instance that fails again and again', given: starting({ vm: vm({ status: { startFailure: { consecutiveFailCount: 3 } } }), vmi: vmi('Failed', { status: { reason: 'kernel panic' } }) }), code: 'crash-loop', after: 0, message: /3 times in a row: kernel panic/ },
  { name: 'an instance that goes on failing', given: starting({ failuresBefore: 3, vm: vm({ status: { startFailure: { consecutiveFailCount: 4 } } }) }), code: 'crash-loop', after: 0, message: /4 times in a row/ },
  { name: 'an instance that KubeVirt may not create', given: observe({ vm: vm({ status: { conditions: [{ type: 'Failure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: pods=1' }] } }) }), code: 'admission-refused', after: schedulingGraceMs, message: /exceeded quota/ },
  { name: 'a pod that no node takes', given: starting({ pods: { 'launcher-1': pod({ status: { conditions: unschedulable } }) } }), code: 'unschedulable', after: schedulingGraceMs, message: /0\/3 nodes: Insufficient devices\.kubevirt\.io\/kvm\.?$/, hint: /nested virtualization/ },
  { name: 'a pod without resource claims, about which the scheduler still speaks of claims', given: starting({ pods: { 'launcher-1': pod({ status: { conditions: [{ ...unschedulable[0]!, message: '0/4 nodes are available: 4 Insufficient memory. no new claims to deallocate, preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod.' }] } }) } }), code: 'unschedulable', after: schedulingGraceMs, message: /: 4 Insufficient memory\.$/, hint: /ask for less/ },
  { name: 'the same, from the instance', given: starting({ vmi: vmi('Scheduling', { conditions: unschedulable }) }), code: 'unschedulable', after: schedulingGraceMs },
  { name: 'an image that cannot be pulled', given: waits('ErrImagePull', 'manifest unknown'), code: 'image-failed', after: imageGraceMs, message: /compute: manifest unknown/ },
  { name: 'the same, while kubelet backs off', given: waits('ImagePullBackOff', 'manifest unknown'), code: 'image-failed', after: imageGraceMs },
  { name: 'a registry that does not answer, for three tries', given: waits('ImagePullBackOff', 'i/o timeout'), code: 'image-failed', after: pullGraceMs },
  { name: 'an image’s name that is none', given: waits('InvalidImageName'), code: 'image-failed', after: imageGraceMs },
  { name: 'an importer whose registry does not answer', given: importing({ conditions: [{ type: 'Running', status: 'False', reason: 'ImagePullFailed', message: 'i/o timeout' }] }), code: 'import-failed', after: pullGraceMs },
  { name: 'a pod for which the autoscaler has no node after all', given: starting({ pods: { 'launcher-1': pod({ status: { conditions: unschedulable } }) }, events: { a: event('TriggeredScaleUp', 'pod triggered scale-up'), b: event('NotTriggerScaleUp', 'max node group size reached', 'launcher-1', '2026-11-21T12:03:00Z') } }), code: 'unschedulable', after: schedulingGraceMs },
  { name: 'a container that cannot start', given: waits('CreateContainerConfigError'), code: 'image-failed', after: slowGraceMs },
  { name: 'an import that failed', given: importing({}, 'Failed'), code: 'import-failed', after: 0 },
  { name: 'an importer that fails for the third time', given: importing({ restartCount: 3, conditions: [{ type: 'Running', status: 'False', reason: 'Error', message: '404 Not Found' }] }), code: 'import-failed', after: 0, message: /404/, hint: /--image/ },
  { name: 'an importer whose registry does not answer for the third time', given: importing({ restartCount: 3, conditions: [{ type: 'Running', status: 'False', reason: 'ImagePullFailed', message: 'i/o timeout' }] }), code: 'import-failed', after: 0 },
  { name: 'an importer whose image cannot be pulled', given: importing({ conditions: [{ type: 'Running', status: 'False', reason: 'ImagePullFailed', message: 'denied' }] }), code: 'import-failed', after: imageGraceMs },
  { name: 'a disk beyond the quota', given: importing({ conditions: [{ type: 'Bound', status: 'False', reason: 'ErrExceededQuota', message: 'exceeded quota' }] }, 'Pending'), code: 'import-failed', after: imageGraceMs, hint: /--disk-size/ },
  { name: 'a Secret that is missing', given: starting({ secretMissing: true }), code: 'secret-missing', after: controllerGraceMs },
  { name: 'the same, from an event', given: starting({ pods: { 'launcher-1': pod() }, events: { e: event('FailedMount', 'MountVolume.SetUp failed: secret "gw-01-cloud-init" not found') } }), code: 'secret-missing', after: controllerGraceMs },
  { name: 'a volume that cannot be mounted', given: starting({ pods: { 'launcher-1': pod() }, events: { e: event('FailedMount', 'no such device') } }), code: 'volume-failed', after: slowGraceMs, message: /no such device/ },
  { name: 'a volume that stays attached to another node', given: starting({ pods: { 'launcher-1': pod() }, events: { e: event('FailedAttachVolume', 'Multi-Attach error') } }), code: 'volume-failed', after: detachGraceMs, message: /Multi-Attach/ },
  { name: 'a guest step given up', given: runningGuest({ stage: 'engine', state: 'failed', code: 'key-rejected', message: 'bad signature' }), code: 'guest-step-failed', after: 0, message: /engine: key-rejected: bad signature/ },
  { name: 'a package of the runtime that the source does not have', given: runningGuest({ stage: 'runtime', state: 'failed', code: 'package-not-found', message: 'this guest cannot do it' }), code: 'guest-step-failed', after: 0, hint: /--edge-version, --identity-service-version\)/ },
  { name: 'an identity service of another version', given: runningGuest({ stage: 'runtime', state: 'failed', code: 'package-not-found', message: "E: Version '1.6.9-1' for 'aziot-identity-service' was not found" }), code: 'guest-step-failed', after: 0, hint: /\(--identity-service-version\)/ },
  { name: 'an engine that the source does not have', given: runningGuest({ stage: 'engine', state: 'failed', code: 'package-not-found', message: 'E: Unable to locate package moby-engine' }), code: 'guest-step-failed', after: 0, hint: /\(--engine-version\)/ },
  { name: 'a guest that the hub refuses', given: runningGuest({ ...configured, agent: { connected: false, code: 'unauthorized' } }), code: 'unauthorized', after: controllerGraceMs },
  { name: 'a guest of a device that is not edge-enabled', given: runningGuest({ ...configured, agent: { connected: false, code: 'not-edge-enabled' } }), code: 'not-edge-enabled', after: controllerGraceMs },
  { name: 'a guest that cannot pull the agent', given: runningGuest({ ...configured, agent: { connected: false, code: 'agent-image' } }), code: 'image-failed', after: agentImageGraceMs },
  { name: 'a guest whose device the hub does not have', given: runningGuest({ ...configured, agent: { connected: false, code: 'device-not-found', message: '404001 Device gw-01 not registered' } }), code: 'device-not-found', after: controllerGraceMs, message: /404001/ },
  { name: 'a guest that does not trust the hub’s authority', given: runningGuest({ ...configured, agent: { connected: false, code: 'hub-untrusted', message: 'certificate verify failed' } }), code: 'hub-untrusted', after: slowGraceMs, message: /certificate verify failed/, hint: /--ca\b.*--generation/ },
  { name: 'a guest that its proxy refuses', given: runningGuest({ ...configured, agent: { connected: false, code: 'proxy-refused', message: 'unsuccessful tunnel (HTTP/1.1 407 Pro)' } }), code: 'proxy-refused', after: slowGraceMs, message: /407/, hint: /--proxy-https.*--generation/ },
  { name: 'a guest that keeps the reason why the agent is not pulled', given: runningGuest({ ...configured, agent: { connected: false, code: 'agent-image', message: 'HTTP 500 Internal Server Error: unauthorized: authentication required' } }), code: 'image-failed', after: agentImageGraceMs, message: /cannot pull .*: HTTP 500 .*authentication required/ },
  { name: 'a guest whose engine does not create the agent', given: runningGuest({ ...configured, agent: { connected: false, code: 'agent-failed' } }), code: 'image-failed', after: agentImageGraceMs, message: /does not start the edge agent/ },
  { name: 'a device deleted in the hub', given: asked(undefined), code: 'device-not-found', after: 0 },
  { name: 'a device that lost edge-enabled', given: asked({ ...edge, edgeEnabled: false }), code: 'not-edge-enabled', after: 0, hint: /--edge-enabled true/ },
  { name: 'a disabled device', given: asked({ ...edge, status: 'disabled' }), code: 'device-disabled', after: 0 },
  { name: 'somebody who answers while nothing of ours runs', given: observe({ vm: vm(), hub: { available: true, ping: { value: { answered: true, status: 200 }, at: 0 } } }), code: 'identity-in-use', after: 0 },
  { name: 'a deployment refused with 400', given: reported(400), code: 'deployment-failed', after: controllerGraceMs, waitFor: 'deployed', message: /400.*bad schema/ },
  { name: 'a deployment refused with 412', given: reported(412), code: 'deployment-failed', after: controllerGraceMs, waitFor: 'deployed' },
  { name: 'an image of a module that does not exist', given: reported(500, { lastDesiredStatus: { code: 500, description: `${pulling}, StatusCode:404` } }, sensor), code: 'deployment-failed', after: slowGraceMs, waitFor: 'deployed', message: /image contoso\.azurecr\.io\/sensor:9 of module sensor .*StatusCode:404/, hint: /registryCredentials/ },
  { name: 'an image of a module that was not pulled for minutes', given: { ...reported(500, { lastDesiredStatus: { code: 500, description: pulling } }, sensor), now: Date.parse(FRESH) + 180_000 }, code: 'deployment-failed', after: controllerGraceMs, waitFor: 'deployed', message: /cannot pull image/ },
  { name: 'a deployment that stays at 500', given: reported(500), code: 'deployment-failed', after: slowGraceMs, waitFor: 'deployed' },
  { name: 'a module in back-off', given: reported(200, { modules: { filter: { runtimeStatus: 'backoff', exitCode: 139, statusDescription: 'exited' } } }, { $version: 1, modules: { filter: { status: 'running' } } }), code: 'module-failed', after: slowGraceMs, waitFor: 'deployed', message: /filter is backoff: exit code 139/ },
];

const none: { name: string; given: Observations; waitFor?: Stage }[] = [
  { name: 'nothing was read yet', given: observe({ seen: { vm: false, vmi: false } }) },
  { name: 'an importer that failed once', given: importing({ restartCount: 1, conditions: [{ type: 'Running', status: 'False', reason: 'Error', message: 'no route' }] }) },
  { name: 'a ping that our own instance answered before it was restarted', given: observe({ vm: vm(), dataVolumes: { 'gw-01-root': dataVolume('Succeeded') }, hub: { available: true, ping: { value: { answered: true, status: 200 }, at: 0, instance: 'vmi-1' } } }), waitFor: 'deployed' },
  { name: 'a pod for which the autoscaler makes a node', given: starting({ pods: { 'launcher-1': pod({ status: { conditions: unschedulable } }) }, events: { a: event('TriggeredScaleUp', 'pod triggered scale-up') } }) },
  { name: 'an importer that has not begun', given: importing({ restartCount: 9, conditions: [{ type: 'Running', status: 'False', reason: 'ContainerCreating' }] }) },
  { name: 'starts that had failed before anybody waited', given: starting({ failuresBefore: 3, vm: vm({ status: { startFailure: { consecutiveFailCount: 3 } } }) }) },
  { name: 'one start that failed', given: starting({ vm: vm({ status: { startFailure: { consecutiveFailCount: 1 } } }) }) },
  { name: 'a guest step that is tried again', given: runningGuest({ stage: 'engine', state: 'retrying', code: 'apt-unreachable' }) },
  { name: 'a hub that the guest cannot reach yet', given: runningGuest({ ...configured, agent: { connected: false, code: 'hub-unreachable' } }) },
  { name: 'a guest with a word of its own', given: runningGuest({ ...configured, agent: { connected: false, code: 'toString' } }) },
  { name: 'an edge device whose twin is not there yet', given: asked(edge) },
  { name: '400 for an older deployment', given: reported(400, { lastDesiredVersion: 1 }, { $version: 2 }), waitFor: 'deployed' },
  { name: '500 while it pulls', given: { ...reported(500, { lastDesiredStatus: { code: 500, description: 'Pulling images' } }), now: Date.parse(FRESH) + 60_000 }, waitFor: 'deployed' },
  { name: '400, where only the connection is waited for', given: reported(400) },
  { name: 'a volume that was attached in the end', given: starting({ pods: { 'launcher-1': pod() }, events: { a: event('FailedAttachVolume', 'Multi-Attach error'), b: event('SuccessfulAttachVolume', 'AttachVolume.Attach succeeded', 'launcher-1', '2026-11-21T12:03:00Z') } }) },
  { name: 'a Secret that was made again after an event said that it was missing', given: starting({ secretMissing: false, pods: { 'launcher-1': pod() }, events: { e: event('FailedMount', 'MountVolume.SetUp failed: secret "gw-01-cloud-init" not found') } }) },
  { name: 'a mount that failed in the pod before', given: starting({ pods: { 'launcher-1': pod({ created: '2026-11-21T12:05:00Z' }) }, events: { e: event('FailedMount', 'x') } }) },
  { name: 'a migration’s target that cannot be pulled', given: runningGuest(configured, { pods: { a: pod({ status: { phase: 'Running' } }), b: pod({ name: 'b', uid: 'pod-2', created: '2026-11-21T12:09:00Z', status: { containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull' } } }] } }) } }) },
  { name: 'a Secret that is missing, where only a node is waited for', given: starting({ secretMissing: true }), waitFor: 'scheduled' },
  { name: 'a guest refused in its engine step, where only booted is waited for', given: runningGuest({ stage: 'engine', state: 'failed' }), waitFor: 'booted' },
];

describe('the terminal failures', () => {
  for (const { name, given, code, after, waitFor = 'connected', message, hint } of cases) {
    it(`${name} → ${code} after ${after / 1000} s`, () => {
      const evaluation = evaluate(given, { ...defaultEvaluateOptions, waitFor });
      const first = track(noTrack, evaluation, 1_000_000);
      if (after > 0) {
        assert.equal(first.failure, undefined, 'not at once');
        assert.equal(first.recheckAt, 1_000_000 + after);
        assert.equal(track(first.track, evaluation, 1_000_000 + after - 1).failure, undefined);
      }
      const cause = track(first.track, evaluation, 1_000_000 + after).failure;
      assert.equal(cause?.code, code);
      assert.ok(cause.hint);
      // An EdgeDevice shows it too.
      assert.doesNotMatch(cause.hint, /\brun create\b|edge-vm /i, 'names no command of edge-vm');
      if (message !== undefined) assert.match(cause.message, message);
      if (hint !== undefined) assert.match(hintOf(cause, 'edge-vm') ?? '', hint);
    });
  }

  for (const { name, given, waitFor = 'connected' } of none) {
    it(`${name} is none`, () => assert.equal(evaluate(given, { ...defaultEvaluateOptions, waitFor }).suspicion, undefined));
  }

  it('a symptom that comes and goes starts again', () => {
    const bad = evaluate(waits('ErrImagePull', 'denied'), defaultEvaluateOptions);
    const good = evaluate(starting(), defaultEvaluateOptions);
    let result = track(noTrack, bad, 0);
    result = track(result.track, good, imageGraceMs - 1);
    result = track(result.track, bad, imageGraceMs);
    assert.equal(result.failure, undefined);
    assert.equal(track(result.track, bad, 2 * imageGraceMs).failure?.code, 'image-failed');
  });
});
