import { EdgeVmError, kinds, type Cluster, type KubeObject } from 'edge-vm';
import { CDI, SELECTED_NODE } from './annotations.js';

/** Provisioner of the lab's storage classes. */
export const PROVISIONER = 'disk.lab.edge-vm.io';

export interface ProvisionerOptions {
  cluster: Cluster;
  signal: AbortSignal;
}

/**
 * Simulates the storage driver. Every claim of a lab class gets a volume at once, or when the scheduler has chosen the
 * node of its consumer. When a claim is gone, its volume is removed too.
 */
export async function runProvisioner({ cluster, signal }: ProvisionerOptions): Promise<void> {
  await Promise.race([provision(cluster, signal), reclaim(cluster, signal)]);
}

async function provision(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  let failure: unknown;
  const watched = AbortSignal.any([signal, failed.signal]);
  for await (const event of cluster.watch(kinds.PersistentVolumeClaim, { signal: watched })) {
    if (event.type === 'synced' || event.type === 'deleted') continue;
    // Not one after the other: with many claims, each would wait for all before it.
    provisionOne(cluster, event.object, watched).catch((error: unknown) => {
      failure ??= error;
      failed.abort();
    });
  }
  if (!signal.aborted && failure !== undefined) throw failure;
}

async function provisionOne(cluster: Cluster, claim: KubeObject, signal: AbortSignal): Promise<void> {
  if (claim.status?.phase !== 'Pending' || claim.spec?.volumeName !== undefined || typeof claim.spec?.storageClassName !== 'string') return;
  const storageClass = await cluster.get({ type: kinds.StorageClass, name: claim.spec.storageClassName }, { signal });
  if (storageClass?.provisioner !== PROVISIONER || !mayBind(claim, storageClass)) return;
  try {
    await cluster.create(volumeFor(claim), { signal });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

async function reclaim(cluster: Cluster, signal: AbortSignal): Promise<void> {
  for await (const event of cluster.watch(kinds.PersistentVolume, { signal })) {
    if (event.type === 'synced' || event.type === 'deleted' || event.object.status?.phase !== 'Released') continue;
    const driver = (event.object.spec?.csi as { driver?: string } | undefined)?.driver;
    if (driver === PROVISIONER) await cluster.delete({ type: kinds.PersistentVolume, name: event.object.metadata.name }, { signal });
  }
}

/** Whether a claim may have its volume now. */
export function mayBind(claim: KubeObject, storageClass: KubeObject): boolean {
  if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer') return true;
  const annotations = claim.metadata.annotations ?? {};
  return annotations[SELECTED_NODE] !== undefined || annotations[CDI.immediate] !== undefined;
}

/** The volume for one claim only: Kubernetes binds the two. */
export function volumeFor(claim: KubeObject): Record<string, unknown> {
  const { name, namespace, uid } = claim.metadata;
  const spec = claim.spec as { storageClassName: string; volumeMode?: string; accessModes: string[]; resources: { requests: { storage: string } } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER } },
    spec: {
      storageClassName: spec.storageClassName,
      persistentVolumeReclaimPolicy: 'Delete',
      volumeMode: spec.volumeMode ?? 'Filesystem',
      accessModes: spec.accessModes,
      capacity: { storage: spec.resources.requests.storage },
      csi: { driver: PROVISIONER, volumeHandle: uid },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
  };
}

// Two watch events of one claim may both ask for the volume.
function isConflict(error: unknown): boolean {
  return EdgeVmError.is(error) && /already exists/i.test(error.message);
}
