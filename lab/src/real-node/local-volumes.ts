import { chownSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeVmError, kinds, type Cluster, type KubeObject } from 'edge-vm';
import { runProgram } from '../control-plane/install/command.js';
import { SELECTED_NODE } from '../importer/annotations.js';
import type { DiskSource } from '../importer/source.js';
import { LOCAL_CLASS, LOCAL_PROVISIONER, NODE_NAME } from './constants.js';

// QEMU's user in KubeVirt's images.
const qemu = 107;

export interface LocalVolumesOptions {
  cluster: Cluster;
  /** Folder of the disks, one folder each. */
  folder: string;
  signal: AbortSignal;
}

/** Simulates the storage driver of class `lab-local`. It makes a folder on the real node when a claim's consumer has a node, and removes it with the claim. */
export async function runLocalVolumes(options: LocalVolumesOptions): Promise<void> {
  await Promise.race([provision(options), reclaim(options)]);
}

async function provision({ cluster, folder, signal }: LocalVolumesOptions): Promise<void> {
  for await (const event of cluster.watch(kinds.PersistentVolumeClaim, { signal })) {
    if (event.type === 'synced' || event.type === 'deleted') continue;
    const claim = event.object;
    if (claim.spec?.storageClassName !== LOCAL_CLASS || claim.status?.phase !== 'Pending' || claim.metadata.annotations?.[SELECTED_NODE] === undefined) continue;
    const path = join(folder, claim.metadata.uid!);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    chownSync(path, qemu, qemu);
    try {
      await cluster.create(localVolume(claim, path), { signal });
    } catch (error) {
      // Two watch events of one claim may both ask for the volume.
      if (!(EdgeVmError.is(error) && /already exists/i.test(error.message))) throw error;
    }
  }
}

async function reclaim({ cluster, folder, signal }: LocalVolumesOptions): Promise<void> {
  for await (const event of cluster.watch(kinds.PersistentVolume, { signal })) {
    if (event.type === 'synced' || event.type === 'deleted') continue;
    const { metadata, spec, status } = event.object;
    if (spec?.storageClassName !== LOCAL_CLASS || status?.phase !== 'Released') continue;
    rmSync(join(folder, String((spec.claimRef as { uid?: string } | undefined)?.uid)), { recursive: true, force: true });
    await cluster.delete({ type: kinds.PersistentVolume, name: metadata.name }, { signal });
  }
}

function localVolume(claim: KubeObject, path: string): Record<string, unknown> {
  const { name, namespace, uid } = claim.metadata;
  const spec = claim.spec as { volumeMode?: string; accessModes: string[]; resources: { requests: { storage: string } } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': LOCAL_PROVISIONER } },
    spec: {
      storageClassName: LOCAL_CLASS,
      // The lab removes the folder; Kubernetes would need a plugin for that.
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
      accessModes: spec.accessModes,
      capacity: { storage: spec.resources.requests.storage },
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }] }] } },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
  };
}

/** Why a disk could not be filled, as CDI would say it. */
export interface FillProblem {
  reason: string;
  message: string;
}

/** Writes the content of a disk of class `lab-local`: the lab's Debian image, or nothing. Disks of other classes have no content. */
export async function fillLocalDisk({ volumes, guestDisk }: { volumes: string; guestDisk: string | undefined }, claim: KubeObject, source: DiskSource, bytes: number): Promise<FillProblem | undefined> {
  if (claim.spec?.storageClassName !== LOCAL_CLASS) return undefined;
  const file = join(volumes, claim.metadata.uid!, 'disk.img');
  if (source.kind === 'blank') writeFileSync(`${file}.new`, '');
  else if (source.kind === 'registry' && /debian:12(@|$)/.test(source.url) && guestDisk !== undefined) {
    const least = statSync(guestDisk).size;
    if (bytes < least) return { reason: 'ImportFailed', message: `Unable to process data: Virtual image size ${least} is larger than the reported available storage ${bytes}. A larger PVC is required.` };
    await runProgram(['cp', '--sparse=always', '--reflink=auto', guestDisk, `${file}.new`]);
  } else return { reason: 'ImagePullFailed', message: 'Unable to process data: the lab has the image of Debian 12 only (docker://…/debian:12)' };
  truncateSync(`${file}.new`, bytes);
  chownSync(`${file}.new`, qemu, qemu);
  renameSync(`${file}.new`, file);
  return undefined;
}
