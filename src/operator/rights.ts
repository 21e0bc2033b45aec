/** A right that the operator needs, in RBAC's words. */
export interface OperatorRight {
  /** API group; empty for the core group. */
  group: string;
  resources: readonly string[];
  verbs: readonly string[];
  /** What the operator does with it. */
  why: string;
  /**
   * - `devices`: in each namespace with EdgeDevices; for all of them a ClusterRole, for named ones a Role.
   * - `cluster`: objects without a namespace; only with a ClusterRole, and the operator also works without it.
   * - `lease`: in the operator's own namespace.
   */
  where: 'devices' | 'cluster' | 'lease';
}

/** Everything that the operator may do. The chart's roles have these rights and no others; a test compares. */
export const OPERATOR_RIGHTS: readonly OperatorRight[] = [
  { group: 'edge-vm.io', resources: ['edgedevices'], verbs: ['get', 'list', 'watch', 'patch'], where: 'devices', why: 'the resources that it keeps true; patch: its finalizer' },
  { group: 'edge-vm.io', resources: ['edgedevices/status'], verbs: ['patch'], where: 'devices', why: 'the state of each device' },
  { group: 'edge-vm.io', resources: ['edgedeployments'], verbs: ['get', 'list', 'watch', 'patch'], where: 'devices', why: 'what the devices run; patch: its finalizer' },
  { group: 'edge-vm.io', resources: ['edgedeployments/status'], verbs: ['patch'], where: 'devices', why: 'what each device reports' },
  { group: 'kubevirt.io', resources: ['virtualmachines'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'], where: 'devices', why: 'the machine of each device' },
  { group: 'kubevirt.io', resources: ['virtualmachineinstances'], verbs: ['get', 'list', 'watch', 'delete'], where: 'devices', why: 'the state of the machine; delete: an instance that never ran, after its settings changed' },
  { group: 'cdi.kubevirt.io', resources: ['datavolumes'], verbs: ['get', 'list', 'watch', 'patch', 'delete'], where: 'devices', why: 'the disks and their progress; patch and delete: keep or remove them with the device' },
  { group: '', resources: ['persistentvolumeclaims'], verbs: ['get', 'list', 'watch', 'patch'], where: 'devices', why: 'a claim of that name that belongs to somebody else is refused, and a claim that somebody deletes is told; patch: keep the disk' },
  { group: '', resources: ['namespaces'], verbs: ['get'], where: 'devices', why: 'its uid: a disk that must outlive its EdgeDevice has the namespace as an owner' },
  { group: '', resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'], where: 'devices', why: 'the cloud-init Secret of each device; get: Secrets that an EdgeDevice names; list and watch: only those with edge-vm’s label' },
  { group: '', resources: ['services'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'], where: 'devices', why: 'the Service of a gateway' },
  { group: '', resources: ['pods'], verbs: ['list', 'watch'], where: 'devices', why: 'why a launcher pod does not start, and when it is gone' },
  { group: '', resources: ['pods/log'], verbs: ['get'], where: 'devices', why: 'the console of a guest that is not connected' },
  { group: '', resources: ['events'], verbs: ['get', 'list', 'create', 'patch'], where: 'devices', why: 'list: why nothing moves; get, create and patch: Events of EdgeDevices' },
  { group: '', resources: ['nodes'], verbs: ['get', 'list', 'watch'], where: 'cluster', why: 'whether the node of a device is lost' },
  { group: 'storage.k8s.io', resources: ['storageclasses'], verbs: ['get', 'list'], where: 'cluster', why: 'a storage class that does not exist is refused at once' },
  { group: '', resources: ['persistentvolumes'], verbs: ['list'], where: 'cluster', why: 'a class without an object is good if volumes of it exist' },
  { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['get', 'create', 'patch'], where: 'lease', why: 'which replica works' },
];

/** The rules of a role with these rights. */
export function rulesFor(...places: readonly OperatorRight['where'][]): { apiGroups: string[]; resources: string[]; verbs: string[] }[] {
  return OPERATOR_RIGHTS.filter(({ where }) => places.includes(where)).map(({ group, resources, verbs }) => ({ apiGroups: [group], resources: [...resources], verbs: [...verbs] }));
}
