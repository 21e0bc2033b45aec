import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'js-yaml';
import { openRoot } from './debian-root.js';
import type { DebianRoot, RunOptions } from './debian-root.js';
import { readRecords } from './stage-record.js';
import type { StageRecord } from './stage-record.js';

export interface Guest {
  root: DebianRoot;
  records: () => StageRecord[];
  /** Boots: starts the provisioning script, as systemd would. */
  boot: (options?: RunOptions) => void;
  /** SIGKILL to everything in it. */
  kill: () => Promise<void>;
  /** Waits for a record; throws with the last one when the time is over or the script ended. */
  until: (what: string, proven: (record: StageRecord) => boolean) => Promise<StageRecord>;
  /** Waits for any state of the root. */
  untilTrue: (what: string, proven: () => boolean) => Promise<void>;
  dispose: () => Promise<void>;
}

const CONSOLE = '/console';
const DEADLINE_MS = 40_000;

/** A Debian root with the files of a user-data written and systemd's programs stubbed. */
export function guestWith(userData: string): Guest {
  const root = openRoot();
  root.write(CONSOLE, '');
  // Only what the test offers: nothing goes out.
  root.write('/etc/apt/sources.list', '');
  root.write('/usr/local/sbin/systemctl', '#!/bin/sh\nmkdir -p /stub; echo "$*" >>/stub/systemctl\n', 0o755);
  // What the scripts wait for is there at once here, and apt waits between its tries.
  root.write('/usr/local/sbin/sleep', '#!/bin/sh\nexec /bin/sleep 0.05\n', 0o755);
  root.write('/etc/apt/apt.conf.d/90-at-once', 'Acquire::Retries::Delay "false";\n');
  root.write('/usr/local/sbin/timedatectl', '#!/bin/sh\necho yes\n', 0o755);
  root.write('/usr/local/sbin/journalctl', '#!/bin/sh\ncat /stub/journal 2>/dev/null\n', 0o755);
  const { write_files: files } = load(userData) as { write_files: { path: string; permissions: string; encoding?: string; content: string }[] };
  for (const file of files) {
    root.write(file.path, file.encoding === 'b64' ? Buffer.from(file.content, 'base64').toString('utf8') : file.content, Number.parseInt(file.permissions, 8));
  }
  chmodSync(root.path('/'), 0o755);
  let child: ChildProcess | undefined;

  const records = (): StageRecord[] => readRecords(root.read(CONSOLE));
  const untilTrue = async (what: string, proven: () => boolean): Promise<void> => {
    const end = Date.now() + DEADLINE_MS;
    while (!proven()) {
      if (Date.now() > end || child === undefined || child.exitCode !== null) {
        throw new Error(`${child?.exitCode === null ? 'too late' : 'the script ended'} for ${what}; last: ${JSON.stringify(records().filter((record) => record.state !== 'running').slice(-2))}`);
      }
      await sleep(50);
    }
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    // The first process of the PID namespace ends with all others before its parent does. Left to unshare's --kill-child, it
    // would live on if this came just after the fork, and a second boot would share the root with it.
    child.kill('SIGSTOP');
    while (!'TZX'.includes(stateOf(child.pid!))) await sleep(5);
    for (const pid of childrenOf(child.pid!)) {
      process.kill(pid, 'SIGKILL');
      // A process whose parent has not asked for its end yet is dead too.
      while (!'ZX'.includes(stateOf(pid))) await sleep(5);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    child = undefined;
  };
  return {
    root,
    records,
    boot: (options = {}) => {
      child = root.start(['/usr/local/sbin/edge-vm-provision'], {
        ...options,
        env: { EDGE_VM_CONSOLE: CONSOLE, EDGE_VM_BACKOFF_FIRST: '0', EDGE_VM_BACKOFF_LONGEST: '1', EDGE_VM_CLOCK_WAIT: '1', EDGE_VM_ENGINE_WAIT: '1', ...options.env },
      });
    },
    kill,
    untilTrue,
    until: async (what, proven) => {
      await untilTrue(what, () => records().some(proven));
      return records().find(proven)!;
    },
    dispose: async () => {
      await kill();
      root.dispose();
    },
  };
}

function childrenOf(pid: number): number[] {
  return procFile(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** One letter, as in proc(5): `T` is stopped, `Z` has ended; `X` if there is no such process. */
function stateOf(pid: number): string {
  return /\) (\w) /.exec(procFile(pid, 'stat'))?.[1] ?? 'X';
}

/** Empty if there is no such process. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
