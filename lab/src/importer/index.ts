import { setTimeout as delay } from 'node:timers/promises';
import { kinds, type Cluster, type KubeObject } from 'edge-vm';
import { ClaimChanges } from './claim-changes.js';
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

/** Simulates CDI for every DataVolume until the signal aborts; see `fill`. */
export async function runImporter({ cluster, signal, log, stepMs = 250, write }: ImporterOptions): Promise<void> {
  const tasks = new Map<string, AbortController>();
  const claims = new ClaimChanges();
  const ended = new AbortController();
  const watching = claims.watch(cluster, AbortSignal.any([signal, ended.signal]));
  try {
    await Promise.race([watching, importAll()]);
  } finally {
    ended.abort();
    for (const task of tasks.values()) task.abort();
  }

  async function importAll(): Promise<void> {
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
      void fillAgain(event.object, { cluster, stepMs, write, changed: (claim) => claims.next(claim), signal: AbortSignal.any([signal, task.signal]) }, (message) => log(`importer: ${namespace}/${name}: ${message}`));
    }
  }
}

// If the API server did not answer, nothing changes the DataVolume later. So no other event would cause a new try.
async function fillAgain(dataVolume: KubeObject, context: FillContext, log: (message: string) => void): Promise<void> {
  for (let attempt = 1; !context.signal.aborted; attempt++) {
    try {
      return await fill(dataVolume, context);
    } catch (error) {
      if (context.signal.aborted) return;
      log(error instanceof Error ? error.message : String(error));
      await delay(Math.min(context.stepMs * 2 ** Math.min(attempt, 6), 10_000), undefined, { signal: context.signal }).catch(() => {});
    }
  }
}
