import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CGROUP } from './constants.js';

const root = '/sys/fs/cgroup';

/** The cgroup hierarchies of this machine: one with cgroup v2, one for each controller with v1. */
function hierarchies(): string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
}

// By default a whole node has only the CPU weight of one process of the machine. With much more than two, the API server
// would get too little CPU time: TLS handshakes with it time out while two emulated guests boot on two cores.
const weights: Readonly<Record<string, string>> = { 'cpu.shares': '2048', 'cpu.weight': '200' };

/** Makes the cgroup for kubelet's pods. */
export function makeCgroups(): void {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, CGROUP);
    mkdirSync(folder, { recursive: true });
    for (const [file, weight] of Object.entries(weights)) if (existsSync(join(folder, file))) writeFileSync(join(folder, file), weight);
    // A new cpuset of v1 has no CPUs, so nothing can run in it.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (hierarchy !== root && existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8').trim() === '') writeFileSync(join(folder, file), readFileSync(join(hierarchy, file)));
    }
  }
}

/** Removes them when their processes have ended; returns those that are left after ten seconds. */
export async function removeCgroups(): Promise<string[]> {
  const wanted = hierarchies().map((hierarchy) => join(hierarchy, CGROUP));
  for (const end = Date.now() + 10_000; Date.now() < end; await delay(100)) {
    if (!wanted.some(existsSync)) return [];
    for (const folder of wanted) if (existsSync(folder)) removeTree(folder);
  }
  return wanted.filter(existsSync);
}

// A cgroup's files cannot be deleted, only the empty cgroup itself can.
function removeTree(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // Its processes are still ending.
  }
}
