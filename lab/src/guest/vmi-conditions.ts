import type { Cluster, KubeObject } from 'edge-vm';
import { kinds } from 'edge-vm';

/**
 * Sets conditions as virt-handler would. A VMI has no status subresource, and the webhook reverts all status changes
 * except those of KubeVirt's own ServiceAccounts. So `handler` is a connection that impersonates virt-handler. That
 * account may not `get` a VMI, so `reader` does. Times are never null: a merge patch drops nulls, and virt-controller's
 * own patches test for the conditions as its client writes them. `Ready` is not set here, because it follows the launcher
 * pod's readiness.
 */
export async function setVmiConditions(
  reader: Cluster, handler: Cluster, vmi: KubeObject, wanted: Record<string, boolean>, signal: AbortSignal,
): Promise<void> {
  const ref = { type: kinds.VirtualMachineInstance, name: vmi.metadata.name, namespace: vmi.metadata.namespace ?? 'default' };
  const live = await reader.get(ref, { signal });
  if (!live || live.metadata.uid !== vmi.metadata.uid) return;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const conditions = (live.status?.conditions ?? []) as { type?: string; status?: string; lastProbeTime?: string | null; lastTransitionTime?: string | null }[];
  const same = Object.entries(wanted).every(([type, on]) => conditions.some((c) => c.type === type && c.status === (on ? 'True' : 'False')));
  if (same) return;
  const rest = conditions
    .filter((c) => !Object.hasOwn(wanted, c.type ?? ''))
    .map((c) => ({ ...c, lastProbeTime: c.lastProbeTime ?? now, lastTransitionTime: c.lastTransitionTime ?? now }));
  const set = Object.entries(wanted).map(([type, on]) => ({
    type, status: on ? 'True' : 'False', lastProbeTime: now, lastTransitionTime: now,
    ...(on ? {} : { reason: 'GuestAgentNotConnected' }),
  }));
  await handler.mergePatch(ref, { metadata: { resourceVersion: live.metadata.resourceVersion }, status: { conditions: [...rest, ...set] } }, { signal });
}
