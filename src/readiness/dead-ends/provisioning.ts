import { set } from '../../support/advice.js';
import { dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { provisioningFailure } from '../rungs/disk.js';
import { suspect, type DeadEndRule } from '../verdict.js';

/** What a provisioner says of a claim that no later try will make good. */
const lasting = /not found|does not exist|exceeded quota|exceeds|invalid|not supported|unsupported/i;

/** No volume comes for a disk's claim. CDI says no more than `Pending`; the claim's event has the cause. */
export const provisioning: DeadEndRule = (o, options) => {
  for (const { name } of dataVolumeTemplates(o.vm)) {
    const why = provisioningFailure(o, name);
    if (why === undefined) continue;
    const graceMs = lasting.test(why) ? options.imageGraceMs : options.slowGraceMs;
    return suspect(`provisioning-${name}`, graceMs, 'volume-failed', `no volume can be made for disk ${name}: ${why}`, 'Deleting the device removes the waiting disk. Check the storage class: kubectl get storageclass shows those that there are.', set('spec.vm.disk.storageClass'));
  }
  return undefined;
};
