import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { step, telling, type OnLabEvent } from './events.js';
import { goBuild } from './go-build.js';
import { withLock } from './lock.js';
import { programGroups, type ProgramGroup } from './program-groups.js';
import { sweepSiblings } from './sweep.js';
import { requireGo } from './toolchain.js';

export interface BuildOptions {
  /** The lab's cache folder. */
  cache: string;
  onEvent: OnLabEvent;
  signal?: AbortSignal | undefined;
  groups?: readonly ProgramGroup[];
}

/** Where each built program is: `program('etcd')`. */
export interface Programs {
  /** A key that changes when any program changes. */
  key: string;
  program(name: string): string;
}

// Long enough for a small machine with an empty build cache; two cores take six minutes.
const buildTimeout = 3_600_000;

/**
 * Gives the lab's programs. It builds those that the cache does not have, from their pinned Go modules. The key of each
 * group's folder covers all that the result depends on. A folder appears whole or not at all. If two processes build,
 * one waits for the other.
 */
export async function buildPrograms(options: BuildOptions): Promise<Programs> {
  const groups = options.groups ?? programGroups();
  const folders = groups.map((group) => join(options.cache, 'programs', `${group.name}-${groupKey(group)}`));
  if (!folders.every(isBuilt)) {
    await requireGo(groups.map((group) => group.folder));
    for (const [i, group] of groups.entries()) await buildGroup(group, folders[i]!, options);
  }
  for (const folder of folders) await sweepSiblings(folder);
  const paths = new Map(groups.flatMap((group, i) => group.programs.map((name) => [name, join(folders[i]!, 'bin', name)])));
  return {
    key: programsKey(groups),
    program: (name) => {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`no program ${name}`);
      return path;
    },
  };
}

/** Key of all programs together, also before they are built. */
export function programsKey(groups: readonly ProgramGroup[] = programGroups()): string {
  return createHash('sha256').update(groups.map((group) => groupKey(group)).join()).digest('hex').slice(0, 16);
}

/** Hash of all that a group's programs depend on: sources, checksums, flags and the architecture. */
export function groupKey(group: ProgramGroup, arch: string = process.arch): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles(group.folder)) hash.update(file).update(readFileSync(join(group.folder, file)));
  return hash.update(JSON.stringify([group.packages, group.flags, group.ldflags, arch, ...(group.tags ?? [])])).digest('hex').slice(0, 16);
}

async function buildGroup(group: ProgramGroup, folder: string, options: BuildOptions): Promise<void> {
  const name = `build ${group.name}`;
  if (isBuilt(folder)) {
    options.onEvent({ step: name, state: 'skipped', seconds: 0, detail: 'already built' });
    return;
  }
  await step(name, options.onEvent, (progress) => telling(progress, (tell) =>
    withLock(`${folder}.lock`, { what: `another build of ${group.name} to end`, timeout: buildTimeout, signal: options.signal, onWait: (pid) => tell(`waiting for process ${pid}, which builds it too`) }, async () => {
      if (isBuilt(folder)) return;
      const unfinished = `${folder}.new`;
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(join(unfinished, 'bin'), { recursive: true });
      await goBuild(group, { bin: join(unfinished, 'bin'), tell, signal: options.signal });
      renameSync(unfinished, folder);
    })));
}

function isBuilt(folder: string): boolean {
  return existsSync(join(folder, 'bin'));
}

// Relative paths of the sources, sorted; a module of the lab has only a few files.
function sourceFiles(folder: string, inside = ''): string[] {
  return readdirSync(join(folder, inside), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) return sourceFiles(folder, path);
      return /\.(go|mod|sum)$/.test(entry.name) ? [path] : [];
    })
    .sort();
}
