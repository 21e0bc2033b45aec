import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeVmError } from 'edge-vm';
import { environmentValues, processesWithEnvironment, startTimeOf } from './proc.js';
import type { LabPaths } from './paths.js';

/** How one program of the lab is run. */
export interface ProcessSpec {
  name: string;
  /** Program and arguments; never a secret, since anyone can read a process's arguments. */
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** What is kept in `<state>/run/<name>.json` of a process that was started. */
export interface ProcessRecord {
  name: string;
  pid: number;
  /** See `startTimeOf`. */
  startTime: string;
  argv: readonly string[];
  startedAt: string;
}

/** Set in the environment of every process of a lab, so that one whose record was lost is still found. */
const MARK = 'EDGE_VM_LAB_STATE_OF';

/** Starts a process that outlives this one, its output going to `<state>/logs/<name>.log`. */
export function startProcess(paths: LabPaths, spec: ProcessSpec): ProcessRecord {
  const running = readRecord(paths, spec.name);
  if (running !== undefined && isRunning(running)) return running;
  for (const folder of [paths.logs, paths.run, paths.tmp]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = openSync(paths.log(spec.name), 'a', 0o600);
  const [program, ...args] = spec.argv;
  try {
    const child = spawn(program!, args, {
      cwd: paths.state,
      detached: true,
      stdio: ['ignore', log, log],
      // KubeVirt's programs keep certificates in folders for temporary files and never remove them.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: paths.tmp, ...spec.env, [MARK]: paths.state },
    });
    child.unref();
    // Without a listener a program that cannot be run would end this process instead of its own wait.
    child.on('error', () => {});
    if (child.pid === undefined) throw new EdgeVmError('unexpected', `${spec.name} could not be started from ${program}`);
    const record = { name: spec.name, pid: child.pid, startTime: startTimeOf(child.pid) ?? '', argv: spec.argv, startedAt: new Date().toISOString() };
    writeRecord(paths, record);
    return record;
  } finally {
    closeSync(log);
  }
}

/** Throws when the process has ended, with the end of its log; to be called within waits. */
export function assertRunning(paths: LabPaths, name: string): void {
  const record = readRecord(paths, name);
  if (record !== undefined && isRunning(record)) return;
  throw new EdgeVmError('unexpected', `${name} ended by itself: ${lastLines(paths.log(name), 3)}`, { hint: `Its log is ${paths.log(name)}.` });
}

/** True while the very process that was recorded runs. */
export function isRunning(record: ProcessRecord): boolean {
  return record.startTime !== '' && startTimeOf(record.pid) === record.startTime;
}

/** Records of all processes ever started in this state folder and not stopped. */
export function listRecords(paths: LabPaths): ProcessRecord[] {
  if (!existsSync(paths.run)) return [];
  return readdirSync(paths.run)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readRecord(paths, basename(file, '.json')))
    .filter((record) => record !== undefined);
}

// These keep nothing of their own, and would wait long for clients that watch; unshare, which is the real node's first
// process, takes no SIGTERM at all.
const impatient: Readonly<Record<string, number>> = { 'kube-apiserver': 500, 'virt-api': 200, 'real-node': 0 };

/** Asks the process to end, waits, kills it when it does not; false when it was not running. */
export async function stopProcess(paths: LabPaths, name: string, graceMs = impatient[name] ?? 10_000): Promise<boolean> {
  const record = readRecord(paths, name);
  const was = record !== undefined && isRunning(record) && (await endProcess(record.pid, record.startTime, graceMs));
  rmSync(recordFile(paths, name), { force: true });
  return was;
}

/** Ends what carries this lab's mark and has no record: started by a run that was killed in between. */
export async function stopStrays(paths: LabPaths, graceMs = 5000): Promise<number> {
  const strays = processesWithEnvironment(MARK, paths.state).filter((pid) => pid !== process.pid);
  await Promise.all(strays.map((pid) => endProcess(pid, startTimeOf(pid) ?? '', graceMs)));
  return strays.length;
}

/** State folders of all labs whose processes can be seen, whatever their cache or user settings are. */
export function labsOnThisMachine(): string[] {
  return environmentValues(MARK);
}

async function endProcess(pid: number, startTime: string, graceMs: number): Promise<boolean> {
  const gone = (): boolean => startTimeOf(pid) !== startTime;
  for (const [signal, patience] of [['SIGTERM', graceMs], ['SIGKILL', 5000]] as const) {
    if (gone()) return true;
    try {
      process.kill(pid, signal);
    } catch {
      return true;
    }
    for (const end = Date.now() + patience; Date.now() < end && !gone(); ) await delay(20);
  }
  return gone();
}

function recordFile(paths: LabPaths, name: string): string {
  return join(paths.run, `${name}.json`);
}

export function readRecord(paths: LabPaths, name: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(paths, name), 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
}

function writeRecord(paths: LabPaths, record: ProcessRecord): void {
  const file = recordFile(paths, record.name);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join(' | ').slice(-500);
  } catch {
    return 'no log';
  }
}
