import { EdgeDevice } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { FINALIZER_DEVICE } from '../spec/labels.js';

export function hasFinalizer({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(FINALIZER_DEVICE) === true;
}

/** Before the first change for a device: from then on, deleting the resource needs work. */
export async function addFinalizer(cluster: Cluster, resource: KubeObject, signal: AbortSignal): Promise<KubeObject> {
  return hasFinalizer(resource) ? resource : patch(cluster, resource, [...(resource.metadata.finalizers ?? []), FINALIZER_DEVICE], signal);
}

export async function removeFinalizer(cluster: Cluster, resource: KubeObject, signal: AbortSignal): Promise<void> {
  if (hasFinalizer(resource)) await patch(cluster, resource, (resource.metadata.finalizers ?? []).filter((one) => one !== FINALIZER_DEVICE), signal);
}

/** Conditional, because a merge patch replaces the whole list, also the finalizers of others. */
function patch(cluster: Cluster, { metadata }: KubeObject, finalizers: string[], signal: AbortSignal): Promise<KubeObject> {
  return cluster.mergePatch(ref(EdgeDevice, metadata.name, metadata.namespace), { metadata: { resourceVersion: metadata.resourceVersion, finalizers } }, { signal });
}
