import { groupOf } from '../../../cluster/kinds.js';
import type { Glimpse, ResourceType } from '../../../cluster/types.js';

type Seen = Glimpse['items'][number];

/** Types that say nothing about whether somebody uses a namespace: traces, shadows of Services, and locks. */
const traces = new Set(['/events', 'events.k8s.io/events', '/endpoints', 'discovery.k8s.io/endpointslices', 'coordination.k8s.io/leases', 'coordination.k8s.io/leasecandidates']);

/** Groups in which nobody stores anything: measurements, calls, a catalogue shown in each namespace, a second view of RBAC. */
const views = new Set([
  'metrics.k8s.io', 'custom.metrics.k8s.io', 'external.metrics.k8s.io', 'subresources.kubevirt.io', 'upload.cdi.kubevirt.io',
  'packages.operators.coreos.com', 'authorization.openshift.io',
]);

/** Whether objects of the type could be somebody's. */
export function matters({ apiVersion, plural }: ResourceType): boolean {
  return isKept(apiVersion) && !traces.has(`${groupOf(apiVersion)}/${plural}`);
}

/** Whether anything is kept in the API of that version at all. */
export function isKept(apiVersion: string): boolean {
  return !views.has(groupOf(apiVersion));
}

const accounts = ['default', 'builder', 'deployer'];

/** By `group/Kind`: what a cluster (Kubernetes, OpenShift, Istio, OLM) puts into every namespace without anybody's doing. */
const given: Record<string, (object: Seen) => boolean> = {
  '/ConfigMap': ({ metadata }) => ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert'].includes(metadata.name),
  '/ServiceAccount': ({ metadata }) => accounts.includes(metadata.name),
  // Tokens and registry logins of those accounts, as old clusters and OpenShift make them.
  '/Secret': ({ metadata }) => accounts.includes(metadata.annotations?.['kubernetes.io/service-account.name'] ?? ''),
  'rbac.authorization.k8s.io/RoleBinding': ({ metadata }) => ['system:deployers', 'system:image-builders', 'system:image-pullers'].includes(metadata.name),
  'operators.coreos.com/ClusterServiceVersion': ({ metadata }) => metadata.labels?.['olm.copiedFrom'] !== undefined,
};

export function isGiven(object: Seen): boolean {
  return given[kindOf(object.apiVersion, object.kind)]?.(object) === true;
}

/** What is being deleted goes with the namespace or before it, unless it is to leave its dependants behind. */
export function isGoing({ metadata }: Seen): boolean {
  return metadata.deletionTimestamp !== undefined && !(metadata.finalizers ?? []).includes('orphan');
}

/**
 * An owner of a type that is looked at as well is found there, or is gone and the garbage collector takes this one
 * with it. So an instance or a disk of ours that is not gone yet holds nothing up.
 */
export function isDerived({ metadata }: Seen, looked: ReadonlySet<string>): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => looked.has(kindOf(owner.apiVersion, owner.kind)));
}

/** An owner may be named in another version than the preferred one. */
export function kindOf(apiVersion: string, kind: string): string {
  return `${groupOf(apiVersion)}/${kind}`;
}
