import { kinds, type Cluster } from 'edge-vm';
import type { DiskStore } from './disk.js';

/** Removes the disk of every claim that is gone, also of one that went while nobody watched; until the signal aborts. */
export async function reclaimDisks(cluster: Cluster, disks: DiskStore, signal: AbortSignal): Promise<void> {
  // Only those of earlier runs: a disk made from now on belongs to a claim that the watch will see.
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
