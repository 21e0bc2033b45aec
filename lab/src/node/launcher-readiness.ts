import { kinds, type Cluster } from 'edge-vm';

interface PodStatus {
  conditions?: { type: string; status: string; [field: string]: unknown }[];
  containerStatuses?: { name: string; ready: boolean; [field: string]: unknown }[];
}

/**
 * Reports the result of the readiness probe of a launcher pod's compute container, as a kubelet would. This is what
 * counts, not the VMI's own condition: virt-controller copies the pod's readiness into the VMI's `Ready`. Without a probe
 * the pod stays as it is, ready from its start. Returns false if the pod is gone or has not started.
 */
export async function setLauncherReady(cluster: Cluster, { namespace, pod }: { namespace: string; pod: string }, ready: boolean, signal?: AbortSignal): Promise<boolean> {
  const ref = { type: kinds.Pod, name: pod, namespace };
  const options = signal === undefined ? {} : { signal };
  const live = await cluster.get(ref, options);
  const status = live?.status as PodStatus | undefined;
  if (live === undefined || status?.containerStatuses === undefined) return false;
  const compute = (live.spec?.containers as { name: string; readinessProbe?: unknown }[] | undefined)?.find(({ name }) => name === 'compute');
  if (compute?.readinessProbe === undefined) return true;
  if (status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === (ready ? 'True' : 'False'))) return true;
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const found = ready
    ? { status: 'True', lastTransitionTime: time }
    : { status: 'False', lastTransitionTime: time, reason: 'ContainersNotReady', message: 'containers with unready status: [compute]' };
  const conditions = (status.conditions ?? []).map((one) => (['Ready', 'ContainersReady'].includes(one.type) ? { type: one.type, ...found } : one));
  const containerStatuses = status.containerStatuses.map((one) => (one.name === 'compute' ? { ...one, ready } : one));
  await cluster.mergePatch(ref, { metadata: { resourceVersion: live.metadata.resourceVersion }, status: { conditions, containerStatuses } }, { ...options, subresource: 'status' });
  return true;
}
