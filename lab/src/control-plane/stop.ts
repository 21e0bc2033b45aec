import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LabPaths } from './paths.js';
import { listRecords, stopProcess, stopStrays } from './processes.js';

/** The order in which a lab stops: each process still has what it needs to end well. */
const order = [['virt-operator'], ['virt-controller', 'virt-api', 'kube-scheduler', 'kube-controller-manager', 'kwok', 'hub'], ['kube-apiserver'], ['etcd'], ['world']];

/** Stops every process of a lab; true if any was running. */
export async function stopAll(paths: LabPaths): Promise<boolean> {
  let stopped = false;
  const others = listRecords(paths).map(({ name }) => name).filter((name) => !order.flat().includes(name));
  for (const names of [others, ...order]) {
    const results = await Promise.all(names.map((name) => stopProcess(paths, name)));
    stopped ||= results.some(Boolean);
  }
  return (await stopStrays(paths)) > 0 || stopped;
}

/** Removes the files of a stopped lab. The note that it was ready goes first: if the removal is interrupted, no run uses the rest. */
export function removeFiles(paths: LabPaths): void {
  rmSync(paths.stateFile, { force: true });
  rmSync(paths.state, { recursive: true, force: true });
  rmSync(dirname(paths.egressSocket), { recursive: true, force: true });
}
