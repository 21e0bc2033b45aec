import { readdir, readFile, readlink } from 'node:fs/promises';
import { execa } from 'execa';
import { processIds } from './proc.js';

/** Variable in which the fixture keeps the machine's state before the lab. */
export const HOST_STATE_VARIABLE = 'EDGE_VM_TEST_HOST_STATE';

/** The parts of a machine that a real node changes. */
export interface HostState {
  /** State folders of the labs whose processes run. */
  labs: string[];
  mounts: string[];
  links: string[];
  tables: string[];
  cgroups: string[];
  namespaces: string[];
  settings: Record<string, string>;
}

const settings = [
  'net/ipv4/ip_forward', 'net/ipv4/conf/all/accept_redirects', 'net/ipv4/conf/default/forwarding', 'net/ipv4/conf/lo/forwarding',
  'fs/inotify/max_user_instances', 'fs/inotify/max_user_watches',
  // Which kubelet sets wherever it runs.
  'vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops', 'kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes',
].map((name) => `/proc/sys/${name}`);

export async function hostState(): Promise<HostState> {
  const lines = async (program: string, ...args: string[]): Promise<string[]> => (await execa(program, args)).stdout.split('\n').filter((line) => line !== '').sort();
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ').slice(0, 3).join(' ')).filter((line) => line !== '').sort();
  return {
    labs: await labs(),
    mounts,
    links: (await lines('ip', '-brief', 'link')).map((line) => line.split(/\s/)[0] ?? ''),
    tables: await lines('nft', 'list', 'tables'),
    cgroups: await cgroups('/sys/fs/cgroup', 2),
    namespaces: await namespaces(),
    settings: Object.fromEntries(await Promise.all(settings.map(async (path) => [path, (await readFile(path, 'utf8')).trim()]))) as Record<string, string>,
  };
}

// Every process of a lab has it in its environment.
async function labs(): Promise<string[]> {
  const found = new Set<string>();
  for (const process of await processIds()) {
    const environment = (await readFile(`/proc/${process}/environ`, 'utf8').catch(() => '')).split('\0');
    for (const word of environment) if (word.startsWith('EDGE_VM_LAB_STATE_OF=')) found.add(word.slice(word.indexOf('=') + 1));
  }
  return [...found].sort();
}

// `lsns` fails when a process ends while it looks.
async function namespaces(): Promise<string[]> {
  const found = new Set<string>();
  for (const process of await processIds()) {
    const folder = `/proc/${process}/ns`;
    for (const kind of await readdir(folder).catch(() => [])) found.add(await readlink(`${folder}/${kind}`).catch(() => ''));
  }
  found.delete('');
  return [...found].sort();
}

async function cgroups(folder: string, depth: number): Promise<string[]> {
  if (depth === 0) return [];
  const inside = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`);
  return [...inside, ...(await Promise.all(inside.map((one) => cgroups(one, depth - 1)))).flat()].sort();
}
