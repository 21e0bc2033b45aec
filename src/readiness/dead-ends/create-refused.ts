import { set } from '../../support/advice.js';
import { conditionOf } from '../../cluster/virtual-machine.js';
import { currentVmi, words } from '../reading.js';
import { suspect, type DeadEndRule } from '../verdict.js';

/** The VM controller may not make what the VM needs: a quota, a policy or a webhook refuses it, and will again. */
export const createRefused: DeadEndRule = (o, options) => {
  const failure = conditionOf(o.vm, 'Failure');
  const synchronized = conditionOf(currentVmi(o), 'Synchronized');
  const found = failure?.status === 'True' && failure.reason === 'FailedCreate' ? failure
    : synchronized?.status === 'False' && refusals.has(synchronized.reason) ? synchronized : undefined;
  if (found === undefined) return undefined;
  return suspect('create-refused', options.schedulingGraceMs, 'admission-refused', `KubeVirt cannot create the instance: ${words(found.message)}`, 'A quota, a policy or a webhook refuses it; the message has its words.');
};

/** The instance controller's words for a launcher pod that it may not make (`pkg/virt-controller/watch/vmi/lifecycle.go`). */
const refusals: ReadonlySet<string | undefined> = new Set(['FailedCreate', 'FailedCreateValidation']);

const missing: Readonly<Record<string, { what: string; hint: string; field: string }>> = {
  FailedFindInstancetype: { what: 'instancetype', hint: 'Check the instancetype: kubectl get virtualmachineclusterinstancetypes,virtualmachineinstancetypes shows those that there are.', field: 'spec.vm.instancetype' },
  FailedFindPreference: { what: 'preference', hint: 'Check the preference: kubectl get virtualmachineclusterpreferences,virtualmachinepreferences shows those that there are.', field: 'spec.vm.preference' },
};

/**
 * The VM names an instancetype or a preference that is not there, or that does not go with it. KubeVirt makes neither
 * disk nor instance until then (`pkg/instancetype/controller/vm/controller.go`).
 */
export const instancetypeMissing: DeadEndRule = (o, options) => {
  const failure = conditionOf(o.vm, 'Failure');
  const known = failure?.status === 'True' && currentVmi(o) === undefined ? missing[failure.reason ?? ''] : undefined;
  if (known === undefined) return undefined;
  return suspect('instancetype', options.imageGraceMs, 'admission-refused', `KubeVirt does not find the VM’s ${known.what}: ${words(failure?.message)}`, known.hint, set(known.field));
};
