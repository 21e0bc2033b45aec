import { no, unknown, yes, type StageRule } from '../verdict.js';

/** VirtualMachine and Secret are in the cluster. */
export const applied: StageRule = (o) => {
  if (o.vm === undefined) return o.seen.vm ? no('NotFound', 'the VirtualMachine does not exist') : unknown('NotRead', 'the VirtualMachine was not read yet');
  if (o.vm.metadata.deletionTimestamp !== undefined) return no('Deleting', 'the VirtualMachine is being deleted');
  if (o.secretMissing === true) return no('SecretMissing', 'the cloud-init Secret does not exist');
  return yes('Applied', 'the objects are in the cluster');
};
