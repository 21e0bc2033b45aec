import assert from 'node:assert/strict';
import { hintOf } from '../../../src/cli/output/advice.js';
import { BOUND_REASONS, DISK_EVENTS, DISK_SUCCESSES, RUNNING_REASONS } from '../../../src/readiness/cdi-reasons.js';
import { evaluate } from '../../../src/readiness/evaluate.js';
import { FAILURE_REASONS, SYNCHRONIZED_REASONS } from '../../../src/readiness/kubevirt-reasons.js';
import type { Observations } from '../../../src/readiness/observations.js';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { dataVolume, event, observe, pod, vm, vmi } from '../../helpers/observations.js';

const why = 'the words of the cluster';
type Place = (reason: string) => Observations;

const disk = (phase: string, status: Record<string, unknown>): Observations => observe({ vm: vm(), vmi: vmi('Pending'), dataVolumes: { 'gw-01-root': dataVolume(phase, status) } });
const filled = { dataVolumes: { 'gw-01-root': dataVolume('Succeeded') } };

const bound: Place = (reason) => disk('Pending', { conditions: [{ type: 'Bound', status: 'False', reason, message: why }] });
const running: Place = (reason) => disk('ImportInProgress', { conditions: [{ type: 'Bound', status: 'True', reason: 'Bound' }, { type: 'Running', status: 'False', reason, message: why }] });
const restarted: Place = (reason) => disk('ImportInProgress', { restartCount: 3, conditions: [{ type: 'Bound', status: 'True', reason: 'Bound' }, { type: 'Running', status: 'False', reason, message: why }] });
const diskEvent: Place = (reason) => ({ ...disk('Pending', {}), events: { e: event(reason, why, 'gw-01-root') } });
const failure: Place = (reason) => observe({ vm: vm({ status: { conditions: [{ type: 'Failure', status: 'True', reason, message: why }] } }), ...filled });
const synchronized: Place = (reason) => observe({ vm: vm(), vmi: vmi('Scheduling', { conditions: [{ type: 'Synchronized', status: 'False', reason, message: why }] }), pods: { 'launcher-1': pod() }, ...filled });
const recovery: Place = (reason) => observe({ vm: vm({ status: { conditions: [{ type: 'ManualRecoveryRequired', status: 'True', reason }] } }), ...filled });
const paused: Place = (reason) => observe({ vm: vm(), vmi: vmi('Running', { conditions: [{ type: 'Paused', status: 'True', reason, message: why }] }), pods: { 'launcher-1': pod({ status: { phase: 'Running' } }) }, ...filled });

/** An EdgeDevice shows a hint too, and there is no command to run again. */
describe('hints for reasons of CDI', () => {
  it('name no command of edge-vm', () => {
    const hints = [BOUND_REASONS, RUNNING_REASONS, DISK_EVENTS].flatMap((reasons) => Object.values(reasons)).flatMap((one) => (typeof one === 'string' ? [] : [one.hint]));
    assert.ok(hints.length > 5);
    for (const hint of hints) assert.doesNotMatch(hint, /\brun create\b|edge-vm |--[a-z]/i);
  });
});

/** `waits`: no failure, and the cluster's words are reported; `quiet`: no failure, and nothing is reported. Else the cause. */
const table: [what: string, place: Place, reasons: Record<string, string>][] = [
  // CDI 1.65, pkg/controller
  ['CDI, condition Bound', bound, {
    ErrClaimNotValid: 'claim-invalid', ErrExceededQuota: 'import-failed', CloneWithoutSource: 'import-failed', CloneValidationFailed: 'import-failed', ClaimLost: 'volume-failed',
    NotFound: 'waits', Pending: 'waits', CreatingScratchSpace: 'waits', AwaitingVDDK: 'waits', '': 'waits', NewInAnotherVersion: 'waits',
  }],
  ['CDI, condition Running', running, {
    Unschedulable: 'import-failed', ImagePullFailed: 'import-failed', ErrExceededQuota: 'import-failed', ErrStartingPod: 'import-failed', ChecksumError: 'import-failed',
    CreateContainerConfigError: 'import-failed', CreateContainerError: 'import-failed', RunContainerError: 'import-failed',
    Error: 'waits', OOMKilled: 'waits', ContainerCannotRun: 'waits', StartError: 'waits', DeadlineExceeded: 'waits', Evicted: 'waits', CrashLoopBackOff: 'waits', ErrNewInAnotherVersion: 'waits',
    ContainerCreating: 'quiet', PodInitializing: 'quiet', ScratchSpaceRequired: 'quiet', Completed: 'quiet', Pending: 'quiet', '': 'quiet', 'Pod is running': 'quiet', toString: 'quiet',
  }],
  ['CDI, condition Running after three restarts', restarted, {
    Error: 'import-failed', OOMKilled: 'import-failed', ContainerCannotRun: 'import-failed', StartError: 'import-failed', DeadlineExceeded: 'import-failed', Evicted: 'import-failed',
    CrashLoopBackOff: 'import-failed', ImagePullFailed: 'import-failed', ErrNewInAnotherVersion: 'import-failed', ContainerCreating: 'quiet',
  }],
  ['CDI and provisioner, events of a disk', diskEvent, {
    ErrResourceExists: 'volume-failed', ErrCreatingPVCPrime: 'volume-failed', NoCSIDriverForExternalPopulation: 'volume-failed', NoAnyVolumeDataSource: 'volume-failed', ProvisioningFailed: 'volume-failed',
    ErrResourceMarkedForDeletion: 'waits', CloneSourceInUse: 'waits', ImportTargetInUse: 'waits', ImportPVCNotReady: 'waits', SizeDetectionPodNotReady: 'waits',
    // Its conditions have these.
    ErrClaimNotValid: 'quiet', ErrExceededQuota: 'quiet', ErrStartingPod: 'quiet', ErrImportFailed: 'quiet', ImportFailed: 'quiet', CloneFailed: 'quiet', ErrClaimLost: 'quiet', CloneWithoutSource: 'quiet', CloneValidationFailed: 'quiet',
    // Another way is taken: that is slower, and nothing more.
    NoVolumeSnapshotClass: 'quiet', IncompatibleVolumeModes: 'quiet', IncompatibleProvisioners: 'quiet', NoVolumeExpansion: 'quiet', NoProvisionerMatch: 'quiet', VolumeSnapshotClassSelected: 'quiet',
    ImportScheduled: 'quiet', ImportInProgress: 'quiet', ImportSucceeded: 'quiet', ImportPaused: 'quiet', CloneInProgress: 'quiet', ExternalPopulationSucceeded: 'quiet', RetainedPVCPrime: 'quiet', WaitForFirstConsumer: 'quiet',
  }],
  // KubeVirt 1.8
  ['KubeVirt, condition Failure of a VM without an instance', failure, {
    FailedCreate: 'admission-refused', FirmwareUUIDError: 'admission-refused', FailedUpdateError: 'admission-refused', UnsupportedSyncError: 'admission-refused',
    FailedFindInstancetype: 'admission-refused', FailedFindPreference: 'admission-refused',
    FailedDelete: 'waits', HotPlugCPUError: 'waits', HotPlugMemoryError: 'waits', HotPlugVolumeError: 'waits', AffinityChangeError: 'waits', TolerationsChangeError: 'waits', VolumesUpdateError: 'waits',
    AnnotationsLabelsChangeError: 'waits', MemoryDumpError: 'waits', NewInAnotherVersion: 'waits',
  }],
  ['KubeVirt, condition Synchronized of an instance', synchronized, {
    FailedCreate: 'admission-refused', FailedCreateValidation: 'admission-refused', ContainerPathVolumesDisabled: 'admission-refused', MissingVirtiofsContainers: 'crash-loop',
    FailedBackendStorageCreate: 'volume-failed', FailedBackendStorageProbe: 'volume-failed', FailedPvcNotFound: 'volume-failed', FailedDataVolumeImport: 'volume-failed', FailedGuaranteeResources: 'unschedulable',
    'Synchronizing with the Domain failed.': 'crash-loop',
    ErrImagePull: 'waits', ImagePullBackOff: 'waits', BackendStorageNotReady: 'waits', FailedPodPatch: 'waits', FailedHotplugSync: 'waits', FailedDelete: 'waits', PVCNotReady: 'waits',
    FailedGatherhingClusterTopologyHints: 'waits', NewInAnotherVersion: 'waits',
  }],
  ['KubeVirt, condition ManualRecoveryRequired of a VM', recovery, { [why]: 'volume-failed' }],
  ['KubeVirt, condition Paused of an instance', paused, { PausedByUser: 'vm-paused', PausedIOError: 'vm-paused', Paused: 'vm-paused' }],
];

describe('reasons of CDI and KubeVirt', () => {
  for (const [what, place, reasons] of table) {
    for (const [reason, expected] of Object.entries(reasons)) {
      it(`${what}: ${reason === '' ? 'no reason' : reason} → ${expected}`, () => {
        const { suspicion, waiting } = evaluate(place(reason), defaultEvaluateOptions);
        if (expected === 'waits' || expected === 'quiet') {
          assert.equal(suspicion, undefined);
          assert.equal(waiting?.message.includes(why), expected === 'waits', waiting?.message);
          return;
        }
        assert.equal(suspicion?.cause.code, expected);
        assert.ok(suspicion.cause.message.includes(why), suspicion.cause.message);
        assert.ok((suspicion.cause.hint ?? '').length > 10);
        assert.ok(suspicion.graceMs > 0 === (place !== restarted), 'a reason of the moment is none: it must last');
      });
    }
  }

  const known: [string, Place, object][] = [['BOUND_REASONS', bound, BOUND_REASONS], ['RUNNING_REASONS', running, RUNNING_REASONS], ['DISK_EVENTS', diskEvent, DISK_EVENTS], ['FAILURE_REASONS', failure, FAILURE_REASONS], ['SYNCHRONIZED_REASONS', synchronized, SYNCHRONIZED_REASONS]];
  for (const [name, place, reasons] of known) {
    it(`${name} holds none that is not in this table`, () => {
      const rows = table.find((row) => row[1] === place)![2];
      assert.deepEqual(Object.keys(reasons).filter((reason) => !Object.hasOwn(rows, reason)), []);
    });
  }

  for (const success of DISK_SUCCESSES) {
    it(`${success} removes an earlier warning`, () => {
      const o = diskEvent('ErrCreatingPVCPrime');
      o.events['later'] = event(success, 'ok', 'gw-01-root', '2026-11-21T12:05:00Z');
      assert.equal(evaluate(o, defaultEvaluateOptions).suspicion, undefined);
    });
  }
});

describe('a disk that CDI can make no claim of', () => {
  const cases: [what: string, name: string, message: string, hint: RegExp][] = [
    ['names the option of the root disk', 'gw-01-root', 'no accessMode specified in StorageProfile local-path', /--access-mode.*--storage-class/],
    ['names the option of the data disk', 'gw-01-data', 'PVC spec is missing accessMode and no storageClass to choose profile', /--data-disk-access-mode.*--data-disk-storage-class/],
  ];
  for (const [what, name, message, hint] of cases) {
    it(what, () => {
      const template = vm({ spec: { dataVolumeTemplates: [{ metadata: { name }, spec: {} }] } });
      const volume = { ...dataVolume(''), metadata: { name, namespace: 'edge' }, status: { conditions: [{ type: 'Bound', status: 'False' as const, reason: 'ErrClaimNotValid', message }] } };
      const { suspicion, waiting } = evaluate(observe({ vm: template, dataVolumes: { [name]: volume } }), defaultEvaluateOptions);
      assert.equal(suspicion?.cause.code, 'claim-invalid');
      assert.match(hintOf(suspicion.cause, 'edge-vm') ?? '', hint);
      assert.ok(suspicion.cause.message.includes(message) && waiting?.message.includes(message));
    });
  }

  /** KubeVirt says both of an instance whose claim is not there, or not yet. */
  const missing = (claim: string): Observations => {
    const message = `PVC edge/${claim} does not exist, waiting for it to appear`;
    const conditions = [{ type: 'Synchronized', status: 'False' as const, reason: 'FailedPvcNotFound', message }, { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message }];
    return observe({ vm: vm(), vmi: vmi('Pending', { conditions }), dataVolumes: { 'gw-01-root': dataVolume('Pending') } });
  };

  it('is not reported as a missing claim, nor as one that no node takes, which KubeVirt says while CDI makes it', () => {
    assert.equal(evaluate(missing('gw-01-root'), defaultEvaluateOptions).suspicion, undefined);
  });

  it('differs from a claim of the template that nobody makes', () => {
    const cause = evaluate(missing('tools'), defaultEvaluateOptions).suspicion?.cause;
    assert.equal(cause?.code, 'volume-failed');
    assert.match(cause.message, /a claim that the VM names does not exist: PVC edge\/tools does not exist/);
  });

  it('waits for its consumer, and the provisioner says why nothing comes then', () => {
    const o = { ...disk('WaitForFirstConsumer', {}), events: { e: event('ProvisioningFailed', 'no space left in the pool', 'gw-01-root') } };
    const { suspicion, waiting } = evaluate(o, defaultEvaluateOptions);
    assert.equal(suspicion?.cause.code, 'volume-failed');
    assert.match(waiting!.message, /no space left in the pool/);
  });
});
