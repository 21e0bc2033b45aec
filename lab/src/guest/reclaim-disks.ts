import { kinds, type Cluster } from 'edge-vm';
import type { DiskStore } from './disk.js';

/** Until the signal aborts, removes the disk of every claim that is gone, also if it was deleted while nobody watched. */
export async function reclaimDisks(cluster: Cluster, disks: DiskStore, signal: AbortSignal): Promise<void> {
  // Only disks of earlier runs. A disk that is made from now on belongs to a claim that the watch will see.
  const orphans = new Set(disks.claims());
  for await (const event of cluster.watch(kinds.PersistentVolumeClaim, { signal })) {
    if (event.type === 'synced') {
      for (const uid of orphans) disks.remove(uid);
      orphans.clear();
    } else if (event.type === 'deleted') {
      disks.remove(event.object.metadata.uid ?? '');
    } else {
      orphans.delete(event.object.metadata.uid ?? '');
    }
  }
}
