import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EdgeVmError } from 'edge-vm';
import { startTimeOf } from './proc.js';
import { waitFor } from './wait.js';

interface Holder {
  pid: number;
  startTime: string;
}

export interface LockOptions {
  /** What the caller waits for; the error names it when the time is up. */
  what: string;
  /** Milliseconds. */
  timeout: number;
  signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  onWait?: (pid: number) => void;
}

/** Runs `work` while it holds a lock file. It takes over the lock of a process that was killed. */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let told = false;
  await waitFor(
    async () => {
      const holder = tryLock(file);
      if (holder === undefined) return true;
      if (!told) options.onWait?.(holder.pid);
      told = true;
      return undefined;
    },
    { ...options, every: 200 },
  );
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** Undefined if the lock is ours now, else its holder. */
function tryLock(file: string): Holder | undefined {
  // Written under another name, then linked into place, so that nobody reads a half-written lock.
  const own = `${file}.${process.pid}`;
  try {
    writeFileSync(own, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }), { mode: 0o600 });
  } catch (cause) {
    throw new EdgeVmError('missing-prerequisite', `${dirname(file)} cannot be written`, { hint: 'EDGE_VM_CACHE_DIR and EDGE_VM_STATE_DIR choose other folders.', cause });
  }
  try {
    linkSync(own, file);
    return undefined;
  } catch {
    const holder = readHolder(file);
    if (holder !== undefined && startTimeOf(holder.pid) === holder.startTime) return holder;
    clearStale(file);
    return holder ?? { pid: 0, startTime: '' };
  } finally {
    rmSync(own, { force: true });
  }
}

// Another process may have taken it over in between. So we read the file that we moved away, and put it back if it is in use.
function clearStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    const moved = readHolder(aside);
    if (moved !== undefined && startTimeOf(moved.pid) === moved.startTime) linkSync(aside, file);
  } catch {
    // Already gone, or taken again: the next try shows which.
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
