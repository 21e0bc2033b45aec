import { setTimeout as delay } from 'node:timers/promises';
import { EdgeVmError, kinds, type Cluster, type KubeObject } from 'edge-vm';
import { recordEvent } from '../record-event.js';

/** Set on a launcher pod when its cloud-init Secrets can be mounted. Until then `pod-runs` (lab/stages) does not touch the pod. */
export const MOUNTED_ANNOTATION = 'lab.edge-vm.io/mounted';

export interface SecretMountsOptions {
  cluster: Cluster;
  signal: AbortSignal;
  /** Nodes with their own kubelet. */
  isReal: (nodeName: string) => boolean;
  /** Milliseconds before the second try; default 500. It doubles up to kubelet's 2 min 2 s. */
  firstPauseMs?: number;
}

const longestPauseMs = 122_000;

/**
 * Mounts the cloud-init Secrets of launcher pods on simulated nodes, as kubelet would, until the signal aborts. If a Secret
 * is missing, the pod does not start, and an event says so at each try. If a Secret is deleted later, nothing changes.
 */
export async function mountSecrets(options: SecretMountsOptions): Promise<void> {
  const { cluster, signal, isReal } = options;
  const mounting = new Map<string, AbortController>();
  const failures: unknown[] = [];
  const failed = new AbortController();
  const running = AbortSignal.any([signal, failed.signal]);
  const react = (type: 'added' | 'modified' | 'deleted', pod: KubeObject): void => {
    const uid = pod.metadata.uid ?? '';
    if (type === 'deleted' || pod.metadata.deletionTimestamp !== undefined) {
      mounting.get(uid)?.abort();
      mounting.delete(uid);
      return;
    }
    const node = pod.spec?.['nodeName'];
    if (mounting.has(uid) || typeof node !== 'string' || isReal(node) || pod.status?.['phase'] !== 'Pending' || secretsOf(pod).length === 0) return;
    const one = new AbortController();
    mounting.set(uid, one);
    mount(options, pod, AbortSignal.any([running, one.signal])).catch((error: unknown) => {
      failures.push(error);
      failed.abort();
    });
  };
  try {
    for await (const event of cluster.watch(kinds.Pod, { labelSelector: 'kubevirt.io=virt-launcher', signal: running })) {
      if (event.type !== 'synced') react(event.type, event.object);
    }
  } finally {
    for (const one of mounting.values()) one.abort();
  }
  if (failures.length > 0) throw failures[0];
}

interface SecretVolume {
  name: string;
  secret: { secretName: string };
}

/** The volumes that virt-controller makes for `cloudInitNoCloud` (`pkg/virt-controller/services/rendervolumes.go`). */
function secretsOf(pod: KubeObject): SecretVolume[] {
  const volumes = (pod.spec?.['volumes'] ?? []) as { name: string; secret?: { secretName: string } }[];
  return volumes.filter((volume): volume is SecretVolume => volume.secret !== undefined && /-[un]data$/.test(volume.name));
}

async function mount({ cluster, firstPauseMs = 500 }: SecretMountsOptions, pod: KubeObject, signal: AbortSignal): Promise<void> {
  const namespace = pod.metadata.namespace ?? 'default';
  const target = { type: kinds.Pod, name: pod.metadata.name, namespace };
  try {
    for (let pause = firstPauseMs; !signal.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
      const missing = await firstMissing(cluster, secretsOf(pod), namespace, signal);
      if (missing === undefined) {
        await cluster.mergePatch(target, { metadata: { annotations: { [MOUNTED_ANNOTATION]: 'true' } } }, { signal });
        return;
      }
      const message = `MountVolume.SetUp failed for volume "${missing.name}" : secret "${missing.secret.secretName}" not found`;
      await recordEvent(cluster, pod, 'kubelet', { type: 'Warning', reason: 'FailedMount', message }, signal);
      await delay(pause, undefined, { signal });
    }
  } catch (error) {
    // A pod may be deleted at any time.
    if (!signal.aborted && !(EdgeVmError.is(error) && error.code === 'not-found')) throw error;
  }
}

async function firstMissing(cluster: Cluster, volumes: readonly SecretVolume[], namespace: string, signal: AbortSignal): Promise<SecretVolume | undefined> {
  for (const volume of volumes) {
    if ((await cluster.get({ type: kinds.Secret, name: volume.secret.secretName, namespace }, { signal })) === undefined) return volume;
  }
  return undefined;
}
