import { set } from '../../support/advice.js';
import { conditionOf, dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { meaningIn, type Meaning } from '../cdi-reasons.js';
import { FAILURE_REASONS, MANUAL_RECOVERY, SYNCHRONIZED_REASONS } from '../kubevirt-reasons.js';
import type { Observations } from '../observations.js';
import { currentVmi, isRunning, words } from '../reading.js';
import { suspect, type FailureRule, type EvaluateOptions, type Suspicion } from '../verdict.js';

/** The reason why KubeVirt does not start the VM, from the conditions of VM and instance. */
export const kubevirtFailure: FailureRule = (o, options) => {
  const vmi = currentVmi(o);
  const failure = vmi === undefined ? conditionOf(o.vm, 'Failure') : undefined;
  if (vmi === undefined && conditionOf(o.vm, 'ManualRecoveryRequired')?.status === 'True') return judge('vm', MANUAL_RECOVERY, conditionOf(o.vm, 'ManualRecoveryRequired')?.reason, options);
  if (failure?.status === 'True') return judge('vm', meaningIn(FAILURE_REASONS, failure.reason), failure.message, options);
  const synchronized = conditionOf(vmi, 'Synchronized');
  if (synchronized?.status !== 'False' || isRunning(o) || waitsForDisk(o, synchronized)) return undefined;
  return judge('vmi', meaningIn(SYNCHRONIZED_REASONS, synchronized.reason), synchronized.message, options);
};

/** CDI makes the claim of a disk later, and itself reports why it cannot. */
function waitsForDisk(o: Observations, { reason, message }: { reason?: string; message?: string }): boolean {
  return reason === 'FailedPvcNotFound' && dataVolumeTemplates(o.vm).some(({ name }) => message?.includes(`/${name} `) === true);
}

function judge(about: string, meaning: Meaning | undefined, message: string | undefined, options: EvaluateOptions): Suspicion | undefined {
  if (meaning === undefined || meaning === 'waits') return undefined;
  return suspect(`create-refused-${about}-${meaning.says}`, options[meaning.lasts], meaning.code, `${meaning.says}: ${words(message) || 'no reason given'}`, meaning.hint, meaning.advice?.('spec.vm.disk'));
}

const missing: Readonly<Record<string, { what: string; hint: string; field: string }>> = {
  FailedFindInstancetype: { what: 'instancetype', hint: 'kubectl get virtualmachineclusterinstancetypes,virtualmachineinstancetypes lists the instancetypes. Check the name.', field: 'spec.vm.instancetype' },
  FailedFindPreference: { what: 'preference', hint: 'kubectl get virtualmachineclusterpreferences,virtualmachinepreferences lists the preferences. Check the name.', field: 'spec.vm.preference' },
};

/**
 * The VM names an instancetype or a preference that does not exist or does not fit. Until it does, KubeVirt makes no disk
 * and no instance (`pkg/instancetype/controller/vm/controller.go`).
 */
export const instancetypeMissing: FailureRule = (o, options) => {
  const failure = conditionOf(o.vm, 'Failure');
  const known = failure?.status === 'True' && currentVmi(o) === undefined ? missing[failure.reason ?? ''] : undefined;
  if (known === undefined) return undefined;
  return suspect('instancetype', options.imageGraceMs, 'admission-refused', `KubeVirt does not find the VM’s ${known.what}: ${words(failure?.message)}`, known.hint, set(known.field));
};
