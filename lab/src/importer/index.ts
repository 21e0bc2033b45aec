import { kinds, type Cluster } from 'edge-vm';
import { fill, type FillContext } from './fill.js';

export interface ImporterOptions {
  cluster: Cluster;
  signal: AbortSignal;
  log: (line: string) => void;
  /** Milliseconds between two stages of an import; default 250. */
  stepMs?: number;
  /** See `FillContext.write`. */
  write?: FillContext['write'];
}

/** Plays CDI for every DataVolume until the signal aborts; see `fill`. */
export async function runImporter({ cluster, signal, log, stepMs = 250, write }: ImporterOptions): Promise<void> {
  const tasks = new Map<string, AbortController>();
  try {
    for await (const event of cluster.watch(kinds.DataVolume, { signal })) {
      if (event.type === 'synced') continue;
      const { uid = '', namespace, name } = event.object.metadata;
      if (event.type === 'deleted' || event.object.metadata.deletionTimestamp !== undefined) {
        tasks.get(uid)?.abort();
        tasks.delete(uid);
        continue;
      }
      if (tasks.has(uid) || ['Succeeded', 'Failed'].includes(String(event.object.status?.phase))) continue;
      const task = new AbortController();
      tasks.set(uid, task);
      fill(event.object, { cluster, stepMs, write, signal: AbortSignal.any([signal, task.signal]) }).catch((error: unknown) => {
        if (task.signal.aborted || signal.aborted) return;
        log(`importer: ${namespace}/${name}: ${error instanceof Error ? error.message : String(error)}`);
        // The next change of the DataVolume, or a restart of the importer, tries again.
        tasks.delete(uid);
      });
    }
  } finally {
    for (const task of tasks.values()) task.abort();
  }
}
