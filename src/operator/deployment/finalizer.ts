import { EdgeDeployment } from '../../cluster/kinds.js';
import { ref } from '../../cluster/ref.js';
import type { Cluster, KubeObject } from '../../cluster/types.js';
import { FINALIZER_DEPLOYMENT } from '../../spec/labels.js';

export function hasFinalizer({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(FINALIZER_DEPLOYMENT) === true;
}

/** Before the first change in the hub: from then on, deleting the resource needs work. */
export async function addFinalizer(cluster: Cluster, resource: KubeObject, signal: AbortSignal): Promise<void> {
  if (!hasFinalizer(resource)) await patch(cluster, resource, [...(resource.metadata.finalizers ?? []), FINALIZER_DEPLOYMENT], signal);
}

export async function removeFinalizer(cluster: Cluster, resource: KubeObject, signal: AbortSignal): Promise<void> {
  if (hasFinalizer(resource)) await patch(cluster, resource, (resource.metadata.finalizers ?? []).filter((one) => one !== FINALIZER_DEPLOYMENT), signal);
}

/** Conditional, because a merge patch replaces the whole list, also the finalizers of others. */
async function patch(cluster: Cluster, { metadata }: KubeObject, finalizers: string[], signal: AbortSignal): Promise<void> {
  await cluster.mergePatch(ref(EdgeDeployment, metadata.name, metadata.namespace), { metadata: { resourceVersion: metadata.resourceVersion, finalizers } }, { signal });
}
