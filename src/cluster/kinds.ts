import type { ResourceType } from './types.js';

const type = (apiVersion: string, kind: string, plural: string, namespaced = true): ResourceType =>
  Object.freeze({ apiVersion, kind, plural, namespaced });

export const Namespace = type('v1', 'Namespace', 'namespaces', false);
export const Node = type('v1', 'Node', 'nodes', false);
export const PersistentVolume = type('v1', 'PersistentVolume', 'persistentvolumes', false);
export const PersistentVolumeClaim = type('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims');
export const Pod = type('v1', 'Pod', 'pods');
export const Event = type('v1', 'Event', 'events');
export const Secret = type('v1', 'Secret', 'secrets');
export const Service = type('v1', 'Service', 'services');
export const Deployment = type('apps/v1', 'Deployment', 'deployments');
export const Lease = type('coordination.k8s.io/v1', 'Lease', 'leases');
export const StorageClass = type('storage.k8s.io/v1', 'StorageClass', 'storageclasses', false);
export const Role = type('rbac.authorization.k8s.io/v1', 'Role', 'roles');
export const VirtualMachine = type('kubevirt.io/v1', 'VirtualMachine', 'virtualmachines');
export const VirtualMachineInstance = type('kubevirt.io/v1', 'VirtualMachineInstance', 'virtualmachineinstances');
export const KubeVirt = type('kubevirt.io/v1', 'KubeVirt', 'kubevirts');
export const DataVolume = type('cdi.kubevirt.io/v1beta1', 'DataVolume', 'datavolumes');
export const ClusterInstancetype = type('instancetype.kubevirt.io/v1beta1', 'VirtualMachineClusterInstancetype', 'virtualmachineclusterinstancetypes', false);
export const Instancetype = type('instancetype.kubevirt.io/v1beta1', 'VirtualMachineInstancetype', 'virtualmachineinstancetypes');
export const ClusterPreference = type('instancetype.kubevirt.io/v1beta1', 'VirtualMachineClusterPreference', 'virtualmachineclusterpreferences', false);
export const Preference = type('instancetype.kubevirt.io/v1beta1', 'VirtualMachinePreference', 'virtualmachinepreferences');
export const CustomResourceDefinition = type('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false);
export const EdgeDevice = type('edge-vm.io/v1alpha1', 'EdgeDevice', 'edgedevices');
export const EdgeDeployment = type('edge-vm.io/v1alpha1', 'EdgeDeployment', 'edgedeployments');
export const SelfSubjectAccessReview = type('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false);
export const SelfSubjectRulesReview = type('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', false);

/** Every type that edge-vm and its lab know. */
export const resources: readonly ResourceType[] = [
  Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Event, Secret, Service, Deployment, Lease, StorageClass, Role,
  VirtualMachine, VirtualMachineInstance, KubeVirt, DataVolume, ClusterInstancetype, Instancetype, ClusterPreference, Preference,
  CustomResourceDefinition, EdgeDevice, EdgeDeployment, SelfSubjectAccessReview, SelfSubjectRulesReview,
];

const byKind = new Map(resources.map((t) => [`${t.apiVersion}/${t.kind}`, t]));

/** API group of a type; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** The type, if edge-vm knows it without asking the server. */
export function knownType(apiVersion: string, kind: string): ResourceType | undefined {
  return byKind.get(`${apiVersion}/${kind}`);
}
