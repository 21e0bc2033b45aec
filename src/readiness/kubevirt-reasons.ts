import type { Failure, Meaning } from './cdi-reasons.js';

const refused = 'A quota, a policy or a webhook refuses it; the message has the reason.';

/**
 * Reasons of a VM's condition `Failure` while it has no instance. KubeVirt 1.8: the places that make a `SyncError` in
 * `pkg/virt-controller/watch/vm` and `pkg/instancetype/controller/vm`.
 */
export const FAILURE_REASONS: Readonly<Record<string, Meaning>> = {
  FailedCreate: { code: 'admission-refused', lasts: 'schedulingGraceMs', says: 'KubeVirt cannot create the instance', hint: refused },
  FirmwareUUIDError: { code: 'admission-refused', lasts: 'slowGraceMs', says: 'KubeVirt cannot change the VM', hint: refused },
  FailedUpdateError: { code: 'admission-refused', lasts: 'slowGraceMs', says: 'KubeVirt cannot change the VM', hint: refused },
  UnsupportedSyncError: { code: 'admission-refused', lasts: 'slowGraceMs', says: 'KubeVirt cannot start the VM', hint: 'kubectl describe vm shows more.' },
  // For an instance that exists: these do not stop a device from starting.
  FailedDelete: 'waits', HotPlugCPUError: 'waits', HotPlugMemoryError: 'waits', HotPlugVolumeError: 'waits', AffinityChangeError: 'waits', TolerationsChangeError: 'waits',
  VolumesUpdateError: 'waits', AnnotationsLabelsChangeError: 'waits', MemoryDumpError: 'waits',
};

/** A VM's condition `ManualRecoveryRequired`, whose reason is a sentence. */
export const MANUAL_RECOVERY: Failure = {
  code: 'volume-failed', lasts: 'slowGraceMs', says: 'the migration of a volume did not end, and KubeVirt does not start the VM until somebody has corrected that',
  hint: 'Put the old volumes back into the VM’s template.',
};

/**
 * Reasons of an instance's condition `Synchronized` if it is False: `pkg/virt-controller/watch/vmi`, and virt-handler's own
 * one, which is a sentence (`pkg/virt-handler/vm.go`).
 */
export const SYNCHRONIZED_REASONS: Readonly<Record<string, Meaning>> = {
  FailedCreate: { code: 'admission-refused', lasts: 'schedulingGraceMs', says: 'KubeVirt cannot create the instance', hint: refused },
  FailedCreateValidation: { code: 'admission-refused', lasts: 'schedulingGraceMs', says: 'KubeVirt cannot create the instance', hint: refused },
  ContainerPathVolumesDisabled: { code: 'admission-refused', lasts: 'schedulingGraceMs', says: 'KubeVirt cannot create the instance', hint: 'A volume of the template needs a feature that the KubeVirt CR does not enable.' },
  MissingVirtiofsContainers: { code: 'crash-loop', lasts: 'slowGraceMs', says: 'a container of the launcher pod is missing', hint: 'Delete the launcher pod: KubeVirt makes another one.' },
  FailedBackendStorageCreate: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'KubeVirt cannot make the claim for the state of TPM or firmware', hint: 'Set vmStateStorageClass in the KubeVirt CR, or remove persistent TPM and EFI from the template.' },
  FailedBackendStorageProbe: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'KubeVirt does not find the claim for the state of TPM or firmware', hint: 'Set vmStateStorageClass in the KubeVirt CR, or remove persistent TPM and EFI from the template.' },
  FailedPvcNotFound: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'a claim that the VM names does not exist', hint: 'Make the claim, or correct its name in the template.' },
  FailedDataVolumeImport: { code: 'volume-failed', lasts: 'slowGraceMs', says: 'KubeVirt cannot use a volume of the VM', hint: 'kubectl describe vmi shows more.' },
  FailedGuaranteeResources: { code: 'unschedulable', lasts: 'slowGraceMs', says: 'the node cannot give the VM dedicated resources', hint: 'The template asks for dedicated CPUs: the node needs the static CPU manager.' },
  'Synchronizing with the Domain failed.': { code: 'crash-loop', lasts: 'slowGraceMs', says: 'the node cannot start the guest', hint: 'Look at the launcher pod’s container compute, and at virt-handler of that node.' },
  // The launcher pod's own containers report these.
  ErrImagePull: 'waits', ImagePullBackOff: 'waits',
  BackendStorageNotReady: 'waits', FailedPodPatch: 'waits', FailedHotplugSync: 'waits', FailedDelete: 'waits', PVCNotReady: 'waits', FailedGatherhingClusterTopologyHints: 'waits',
};
