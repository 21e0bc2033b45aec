import { setTimeout as delay } from 'node:timers/promises';
import { EdgeVmError, kinds, type Cluster, type KubeObject } from 'edge-vm';
import { isRealNode } from './constants.js';

/** Kubernetes' default of `--node-monitor-grace-period`. Kubelet renews its Lease every 10 s. */
export const GRACE_MS = 40_000;
/** Pause between two looks while the node is missing or lost. */
const pauseMs = 5_000;
/** Pause after somebody else wrote at the same time. */
const againMs = 200;

export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** When the signal aborts, resolves early and without an error. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface NodeLifecycleOptions {
  cluster: Cluster;
  /** Name of the real node, when there is one. Before that, this code sends no request. */
  node: () => string | undefined;
  signal: AbortSignal;
  log: (line: string) => void;
  clock?: Clock;
}

const realClock: Clock = { now: Date.now, sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}) };

/**
 * Simulates one part of the node lifecycle controller for the real node: if its kubelet has not renewed the Lease for 40 s,
 * its conditions become Unknown and its pods not ready. The real controller must not do this here, because simulated nodes
 * renew no Lease. But it does what follows from the condition: it adds taints, evicts pods, and removes the taints when
 * kubelet says that it is ready. It marks pods only if it has changed the condition itself, so this code marks them too.
 */
export async function runNodeLifecycle({ cluster, node, signal, log, clock = realClock }: NodeLifecycleOptions): Promise<void> {
  // The controller too counts only from its own start: after a lab was stopped for an hour, no node is lost.
  const begun = clock.now();
  let told: string | undefined;
  while (!signal.aborted) {
    const name = node();
    const heard = name === undefined || !isRealNode(name) ? undefined : await lastRenewal(cluster, name, signal);
    const due = heard === undefined ? undefined : Math.max(heard, begun) + GRACE_MS;
    if (name !== undefined && due !== undefined && clock.now() >= due) {
      const lost = `${name} ${heard}`;
      if (told !== lost) {
        try {
          await markNode(cluster, name, clock, signal);
          await markPods(cluster, name, clock, signal);
        } catch (error) {
          if (!wasChanged(error)) throw error;
          // Perhaps kubelet wrote, because it is back. So check the Lease again first. What is marked already stays as it is.
          await clock.sleep(againMs, signal);
          continue;
        }
        log(`node ${name}: its Lease was not renewed for ${GRACE_MS / 1000} s, it counts as lost`);
      }
      told = lost;
    }
    // It is enough to look at the Lease again when it can have run out.
    await clock.sleep(Math.max(pauseMs, (due ?? 0) - clock.now()), signal);
  }
}

async function lastRenewal(cluster: Cluster, name: string, signal: AbortSignal): Promise<number | undefined> {
  const lease = await cluster.get({ type: kinds.Lease, name, namespace: 'kube-node-lease' }, { signal });
  const time = Date.parse(String(lease?.spec?.['renewTime']));
  return Number.isNaN(time) ? undefined : time;
}

const conditionTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

async function markNode(cluster: Cluster, name: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const ref = { type: kinds.Node, name };
  const live = await cluster.get(ref, { signal });
  if (live === undefined) return;
  const lastTransitionTime = timeOf(clock);
  const old = live.status?.conditions ?? [];
  const unknown = { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime };
  const never = { status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.', lastHeartbeatTime: live.metadata.creationTimestamp, lastTransitionTime };
  const changed = old.map((one) => (conditionTypes.includes(one.type ?? '') && one.status !== 'Unknown' ? { ...one, ...unknown } : one));
  const added = conditionTypes.filter((type) => !old.some((one) => one.type === type)).map((type) => ({ type, ...never }));
  if (added.length > 0 || changed.some((one, i) => one !== old[i])) await patchConditions(cluster, ref, live, [...changed, ...added], signal);
}

/** Changes only `Ready`, without a reason, as the controller does. Kubelet corrects it when it is back. */
async function markPods(cluster: Cluster, node: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const pods = await cluster.list(kinds.Pod, { fieldSelector: `spec.nodeName=${node}`, signal });
  for (const pod of pods) {
    const conditions = pod.status?.conditions ?? [];
    if (!conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) continue;
    const { name, namespace } = pod.metadata;
    const changed = conditions.map((one) => (one.type === 'Ready' ? { ...one, status: 'False', lastTransitionTime: timeOf(clock) } : one));
    await patchConditions(cluster, { type: kinds.Pod, name, ...(namespace === undefined ? {} : { namespace }) }, pod, changed, signal);
  }
}

async function patchConditions(cluster: Cluster, ref: Parameters<Cluster['mergePatch']>[0], live: KubeObject, conditions: unknown[], signal: AbortSignal): Promise<void> {
  // The patch sends the whole list, so the list must not have changed since it was read.
  await cluster.mergePatch(ref, { metadata: { resourceVersion: live.metadata.resourceVersion }, status: { conditions } }, { subresource: 'status', signal });
}

/** Somebody else has written the object since it was read, or it is gone, e.g. an evicted pod. */
function wasChanged(error: unknown): boolean {
  return EdgeVmError.is(error) && (error.code === 'conflict' || error.code === 'not-found');
}

/** Times in Kubernetes have whole seconds. */
function timeOf(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}
