import { conditionOf } from '../../common/vm-spec.js';
import { currentVmi, words } from '../reading.js';
import { suspect, type DeadEndRule } from '../verdict.js';

/** The VM controller may not make what the VM needs: a quota, a policy or a webhook refuses it, and will again. */
export const createRefused: DeadEndRule = (o, options) => {
  const failure = conditionOf(o.vm, 'Failure');
  const synchronized = conditionOf(currentVmi(o), 'Synchronized');
  const found = failure?.status === 'True' && failure.reason === 'FailedCreate' ? failure
    : synchronized?.status === 'False' && synchronized.reason === 'FailedCreate' ? synchronized : undefined;
  if (found === undefined) return undefined;
  return suspect('create-refused', options.schedulingGraceMs, 'admission-refused', `KubeVirt cannot create the instance: ${words(found.message)}`, 'A quota, a policy or a webhook refuses it; the message has its words.');
};
