import { set, type Advice } from '../support/advice.js';
import type { CauseCode } from '../support/causes.js';
import type { EvaluateOptions } from './verdict.js';

/** The time that a failure must last before it ends the wait: a name of `EvaluateOptions`. */
export type Lasts = { [K in keyof EvaluateOptions]: EvaluateOptions[K] extends number ? K : never }[keyof EvaluateOptions];

/** The meaning of a reason of CDI or KubeVirt: a terminal failure, or a problem that may go away by itself and is shown while edge-vm waits. */
export type Meaning = Failure | 'waits';

export interface Failure {
  code: CauseCode;
  lasts: Lasts;
  /** The words before those of CDI or KubeVirt. */
  says: string;
  hint: string;
  /** `disk` is the field of the disk. */
  advice?: (disk: string) => Advice[];
}

const sourceHint = 'Check the name of the image, and that the cluster reaches its source.';

/**
 * Reasons of a DataVolume's condition `Bound` if it is not True. CDI 1.65: `pkg/controller/datavolume`, `conditions.go` and
 * the callers of `syncDataVolumeStatusPhaseWithEvent`.
 */
export const BOUND_REASONS: Readonly<Record<string, Meaning>> = {
  ErrClaimNotValid: {
    code: 'claim-invalid', lasts: 'imageGraceMs', says: 'CDI cannot make a claim for it',
    hint: 'CDI knows no access mode of the storage class (kubectl get storageprofiles). Set an access mode that the class offers, mostly ReadWriteOnce, or name another class',
    advice: (disk) => set(`${disk}.accessModes`, `${disk}.storageClass`),
  },
  ErrExceededQuota: { code: 'import-failed', lasts: 'imageGraceMs', says: 'a quota forbids it', hint: 'Ask for a higher quota of the namespace, or ask for a smaller disk.', advice: (disk) => set(`${disk}.size`) },
  CloneWithoutSource: { code: 'import-failed', lasts: 'slowGraceMs', says: 'the claim to clone does not exist', hint: 'Check name and namespace of the claim to clone.', advice: () => set('spec.vm.image') },
  CloneValidationFailed: { code: 'import-failed', lasts: 'imageGraceMs', says: 'the claim to clone does not fit', hint: 'The disk must be at least as large as the claim to clone, and have the same volume mode.', advice: (disk) => set(`${disk}.size`, 'spec.vm.image') },
  ClaimLost: { code: 'volume-failed', lasts: 'controllerGraceMs', says: 'its claim has lost its volume', hint: 'The data of the disk is lost with the volume: delete the device and create it again.' },
  NotFound: 'waits', Pending: 'waits', CreatingScratchSpace: 'waits', AwaitingVDDK: 'waits', '': 'waits',
};

/**
 * Reasons of a DataVolume's condition `Running` if it is not True: those of CDI itself, and those of its pod's container
 * (`setAnnotationsFromPodWithPrefix`, `HandleFailedPod` of `pkg/controller/common/util.go`). CDI tries again without end
 * for the others in the list, so its restarts decide (`importRestarts`).
 */
export const RUNNING_REASONS: Readonly<Record<string, Meaning | 'restarts' | 'pull'>> = {
  Unschedulable: { code: 'import-failed', lasts: 'schedulingGraceMs', says: 'no node takes CDI’s pod', hint: 'kubectl describe nodes shows their free resources.' },
  ImagePullFailed: 'pull',
  ErrExceededQuota: { code: 'import-failed', lasts: 'imageGraceMs', says: 'a quota forbids CDI’s pod', hint: 'Ask for a higher quota of the namespace.' },
  ErrStartingPod: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod cannot be made', hint: 'A policy, a webhook or a limit may forbid it: kubectl describe pvc shows what CDI says.' },
  ChecksumError: { code: 'import-failed', lasts: 'imageGraceMs', says: 'the image does not fit its checksum', hint: 'Check the image and its checksum.', advice: () => set('spec.vm.image') },
  CreateContainerConfigError: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod does not start', hint: sourceHint },
  CreateContainerError: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod does not start', hint: sourceHint },
  RunContainerError: { code: 'import-failed', lasts: 'slowGraceMs', says: 'CDI’s pod does not start', hint: sourceHint },
  Error: 'restarts', OOMKilled: 'restarts', ContainerCannotRun: 'restarts', StartError: 'restarts', DeadlineExceeded: 'restarts', Evicted: 'restarts', CrashLoopBackOff: 'restarts',
  ContainerCreating: 'waits', PodInitializing: 'waits', ScratchSpaceRequired: 'waits', Completed: 'waits', Pending: 'waits', '': 'waits',
};

/** Warnings about a DataVolume or its claim (both have the same name) that its conditions do not show. */
export const DISK_EVENTS: Readonly<Record<string, Meaning>> = {
  ErrResourceExists: { code: 'volume-failed', lasts: 'imageGraceMs', says: 'a claim that CDI did not make has its name', hint: 'Give the device another name, or remove that claim if nobody needs it.' },
  ErrCreatingPVCPrime: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'CDI cannot make its temporary claim', hint: 'Check the storage class and quota of the namespace.', advice: (disk) => set(`${disk}.storageClass`) },
  NoCSIDriverForExternalPopulation: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'no driver can fill it', hint: 'The storage class has no CSI driver: choose another.', advice: (disk) => set(`${disk}.storageClass`) },
  NoAnyVolumeDataSource: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'the cluster cannot fill it', hint: 'The cluster lacks the feature AnyVolumeDataSource: give another image source.', advice: () => set('spec.vm.image') },
  ErrResourceMarkedForDeletion: 'waits', CloneSourceInUse: 'waits', ImportTargetInUse: 'waits', ImportPVCNotReady: 'waits', SizeDetectionPodNotReady: 'waits',
};

/** The events after which such a warning is over. */
export const DISK_SUCCESSES: readonly string[] = ['ImportScheduled', 'ImportInProgress', 'ImportSucceeded', 'CloneScheduled', 'CloneInProgress', 'CloneSucceeded', 'SnapshotForSmartCloneInProgress', 'CSICloneInProgress', 'CreatedPVCPrimeSuccessfully', 'ProvisioningSucceeded'];

/** Works for any word: the cluster may send anything. */
export function meaningIn<T>(reasons: Readonly<Record<string, T>>, reason: string | undefined): T | undefined {
  return Object.hasOwn(reasons, reason ?? '') ? reasons[reason ?? ''] : undefined;
}
