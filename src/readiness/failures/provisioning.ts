import { set } from '../../support/advice.js';
import { dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { dataVolumeName } from '../../render/index.js';
import { DISK_EVENTS, meaningIn } from '../cdi-reasons.js';
import { diskWarning } from '../stages/disk.js';
import { suspect, type FailureRule } from '../verdict.js';

/** Messages of a provisioner for a claim that no later try can fix. */
const lasting = /not found|does not exist|exceeded quota|exceeds|invalid|not supported|unsupported/i;

/** No volume comes for a disk's claim. CDI's conditions say no more than `Pending`; an event of disk or claim has the cause. */
export const provisioning: FailureRule = (o, options) => {
  for (const { name } of dataVolumeTemplates(o.vm)) {
    const warning = diskWarning(o, name);
    if (warning === undefined) continue;
    const field = name === dataVolumeName(o.name) ? 'spec.vm.dataDisk' : 'spec.vm.disk';
    const meaning = meaningIn(DISK_EVENTS, warning.reason);
    if (meaning === 'waits') continue;
    if (meaning !== undefined) return suspect(`provisioning-${name}`, options[meaning.lasts], meaning.code, `disk ${name}: ${meaning.says}: ${warning.message}`, meaning.hint, meaning.advice?.(field));
    const graceMs = lasting.test(warning.message) ? options.imageGraceMs : options.slowGraceMs;
    return suspect(`provisioning-${name}`, graceMs, 'volume-failed', `no volume can be made for disk ${name}: ${warning.message}`, 'Check the storage class of the disk: kubectl get storageclass lists the classes.', set(`${field}.storageClass`));
  }
  return undefined;
};
