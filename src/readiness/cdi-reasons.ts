import { set, type Advice } from '../support/advice.js';
import type { CauseCode } from '../support/causes.js';
import type { EvaluateOptions } from './verdict.js';

/** How long a failure must last to end the wait: a name of `EvaluateOptions`. */
export type Lasts = { [K in keyof EvaluateOptions]: EvaluateOptions[K] extends number ? K : never }[keyof EvaluateOptions];

/** What a reason of CDI's or KubeVirt's means: a terminal failure, or something that may mend itself and is told while it waits. */
export type Meaning = Failure | 'waits';

export interface Failure {
  code: CauseCode;
  lasts: Lasts;
  /** Stands before CDI's or KubeVirt's own words. */
  says: string;
  hint: string;
  /** `disk` is the field of the disk that it is about. */
  advice?: (disk: string) => Advice[];
}

const sourceHint = 'Check that the cluster reaches the source of the image, and its name.';

/**
 * Reasons of a DataVolume's condition `Bound` where that is not True. CDI 1.65: `pkg/controller/datavolume`, `conditions.go` and
 * whoever calls `syncDataVolumeStatusPhaseWithEvent`.
 */
export const BOUND_REASONS: Readonly<Record<string, Meaning>> = {
  ErrClaimNotValid: {
    code: 'claim-invalid', lasts: 'imageGraceMs', says: 'CDI cannot make a claim of it',
    hint: 'CDI knows no access mode of the storage class (kubectl get storageprofiles). Run create again with an access mode that the class offers, mostly ReadWriteOnce, or with another class',
    advice: (disk) => set(`${disk}.accessModes`, `${disk}.storageClass`),
  },
  ErrExceededQuota: { code: 'import-failed', lasts: 'imageGraceMs', says: 'a quota forbids it', hint: 'Have the namespace’s quota raised, or ask for a smaller disk.', advice: (disk) => set(`${disk}.size`) },
  CloneWithoutSource: { code: 'import-failed', lasts: 'slowGraceMs', says: 'the claim that it is cloned from is not there', hint: 'Check name and namespace of the claim to clone.', advice: () => set('spec.vm.image') },
  CloneValidationFailed: { code: 'import-failed', lasts: 'imageGraceMs', says: 'the claim that it is cloned from does not fit', hint: 'The disk must be as large as the claim to clone, at least, and of its volume mode.', advice: (disk) => set(`${disk}.size`, 'spec.vm.image') },
  ClaimLost: { code: 'volume-failed', lasts: 'controllerGraceMs', says: 'its claim has lost its volume', hint: 'What was on the disk is gone with the volume: delete the device and create it again.' },
  NotFound: 'waits', Pending: 'waits', CreatingScratchSpace: 'waits', AwaitingVDDK: 'waits', '': 'waits',
};

/**
 * Reasons of a DataVolume's condition `Running` where that is not True: of CDI itself, and those of its pod's container
 * (`setAnnotationsFromPodWithPrefix`, `HandleFailedPod` of `pkg/controller/common/util.go`). CDI tries the others in the list
 * again for ever, so its restarts decide (`importRestarts`).
 */
export const RUNNING_REASONS: Readonly<Record<string, Meaning | 'restarts' | 'pull'>> = {
  Unschedulable: { code: 'import-failed', lasts: 'schedulingGraceMs', says: 'no node takes CDI’s pod', hint: 'kubectl describe nodes shows what they can take.' },
  ImagePullFailed: 'pull',
  ErrExceededQuota: { code: 'import-failed', lasts: 'imageGraceMs', says: 'a quota forbids CDI’s pod', hint: 'Have the namespace’s quota raised.' },
  ErrStartingPod: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod cannot be made', hint: 'A policy, a webhook or a limit may forbid it: kubectl describe pvc shows what CDI says.' },
  ChecksumError: { code: 'import-failed', lasts: 'imageGraceMs', says: 'the image is not the one that the checksum is of', hint: 'Check the image and its checksum.', advice: () => set('spec.vm.image') },
  CreateContainerConfigError: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod does not start', hint: sourceHint },
  CreateContainerError: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod does not start', hint: sourceHint },
  RunContainerError: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod does not start', hint: sourceHint },
  Error: 'restarts', OOMKilled: 'restarts', ContainerCannotRun: 'restarts', StartError: 'restarts', DeadlineExceeded: 'restarts', Evicted: 'restarts', CrashLoopBackOff: 'restarts',
  ContainerCreating: 'waits', PodInitializing: 'waits', ScratchSpaceRequired: 'waits', Completed: 'waits', Pending: 'waits', '': 'waits',
};

/** Warnings about a DataVolume or its claim, which share a name, that its conditions say nothing of. */
export const DISK_EVENTS: Readonly<Record<string, Meaning>> = {
  ErrResourceExists: { code: 'volume-failed', lasts: 'imageGraceMs', says: 'its name is taken by a claim that CDI did not make', hint: 'Give the device another name, or remove that claim if nobody needs it.' },
  ErrCreatingPVCPrime: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'CDI cannot make the claim that it fills first', hint: 'Check the storage class and quota of the namespace.', advice: (disk) => set(`${disk}.storageClass`) },
  NoCSIDriverForExternalPopulation: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'no driver can fill it', hint: 'The storage class has no CSI driver: choose another.', advice: (disk) => set(`${disk}.storageClass`) },
  NoAnyVolumeDataSource: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'the cluster cannot fill it', hint: 'The cluster lacks the feature AnyVolumeDataSource: give another image source.', advice: () => set('spec.vm.image') },
  ErrResourceMarkedForDeletion: 'waits', CloneSourceInUse: 'waits', ImportTargetInUse: 'waits', ImportPVCNotReady: 'waits', SizeDetectionPodNotReady: 'waits',
};

/** What follows once such a warning is over. */
export const DISK_SUCCESSES: readonly string[] = ['ImportScheduled', 'ImportInProgress', 'ImportSucceeded', 'CloneScheduled', 'CloneInProgress', 'CloneSucceeded', 'SnapshotForSmartCloneInProgress', 'CSICloneInProgress', 'CreatedPVCPrimeSuccessfully', 'ProvisioningSucceeded'];

/** Total: a word of the cluster's may be anything. */
export function meaningIn<T>(reasons: Readonly<Record<string, T>>, reason: string | undefined): T | undefined {
  return Object.hasOwn(reasons, reason ?? '') ? reasons[reason ?? ''] : undefined;
}
