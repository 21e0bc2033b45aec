import { DataVolume, EdgeDeployment, EdgeDevice, Node, PersistentVolumeClaim, Pod, Secret, Service, VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { withoutManagers, withoutStatusManagers, type CacheSpec } from '../cluster/cached/index.js';
import { isOfDevice, ownSelector } from '../cluster/owned.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { decorated } from '../support/decorated.js';
import { textAt } from '../support/plain.js';

/**
 * What the operator watches: one watch for each type, or for each type and namespace, however many devices there are. Secrets
 * only with edge-vm's label: a cluster has thousands of others, with contents that are none of our business. Of other objects
 * that are not edge-vm's it keeps only that they exist.
 */
export function watchedTypes(namespaces?: readonly string[]): CacheSpec[] {
  const within = namespaces === undefined ? {} : { namespaces };
  return [
    { type: EdgeDevice, ...within, strip: withoutManagers },
    { type: EdgeDeployment, ...within, strip: withoutManagers },
    { type: VirtualMachine, ...within, strip: own(withoutStatusManagers) },
    { type: VirtualMachineInstance, ...within, strip: withoutManagers, key: nodeNameOf },
    { type: DataVolume, ...within, strip: own(withoutManagers) },
    // All of them: a name that is not there is known without a request, and whether somebody deletes the claim of a disk.
    { type: PersistentVolumeClaim, ...within, strip: own(withoutManagers) },
    { type: Pod, ...within, labelSelector: 'kubevirt.io=virt-launcher', strip: leanPod },
    { type: Secret, ...within, labelSelector: ownSelector(), strip: withoutStatusManagers },
    { type: Service, ...within, strip: own(withoutStatusManagers) },
    // A Role of single namespaces gives no right on nodes.
    ...(namespaces === undefined ? [{ type: Node, strip: leanNode }] : []),
  ];
}

/** A disk of a person's own template may be without the label, but its VM owns it. */
function own(strip: (object: KubeObject) => KubeObject): (object: KubeObject) => KubeObject {
  return (object) => {
    if (isOfDevice(object) || object.metadata.ownerReferences?.some(({ kind }) => kind === VirtualMachine.kind) === true) return strip(object);
    const { apiVersion, kind, metadata: { managedFields: _fields, annotations: _annotations, ...metadata } } = object;
    return { apiVersion, kind, metadata };
  };
}

/** The index of instances: by node. */
function nodeNameOf(vmi: KubeObject): string | undefined {
  return textAt(vmi.status, 'nodeName');
}

/** Its containers, volumes and environment are most of it, and nobody reads them. */
function leanPod(pod: KubeObject): KubeObject {
  const { spec = {}, ...rest } = withoutManagers(pod);
  const { nodeName, nodeSelector, tolerations } = spec;
  return { ...rest, spec: { ...(nodeName === undefined ? {} : { nodeName }), ...(nodeSelector === undefined ? {} : { nodeSelector }), ...(tolerations === undefined ? {} : { tolerations }) } };
}

/** The images on a node are a long list. */
function leanNode(node: KubeObject): KubeObject {
  const { status = {}, ...rest } = withoutManagers(node);
  const { images: _images, ...kept } = status as Record<string, unknown>;
  return { ...rest, status: kept };
}

/** Without the right to read nodes, nothing asks for them again and again: the pods of a lost node show as much. */
export function withoutNodes(cluster: Cluster): Cluster {
  return decorated(cluster, { get: (ref, options) => (ref.type.kind === Node.kind ? Promise.resolve(undefined) : cluster.get(ref, options)) });
}
