import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeVmError } from 'edge-vm';
import { endReason } from './end-reason.js';
import { environmentValues, processesWithEnvironment, startTimeOf } from './proc.js';
import type { LabPaths } from './paths.js';

/** How to run one program of the lab. */
export interface ProcessSpec {
  name: string;
  /** Program and arguments. Never a secret: every user can read the arguments of a process. */
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** The record of a started process, in `<state>/run/<name>.json`. */
export interface ProcessRecord {
  name: string;
  pid: number;
  /** See `startTimeOf`. */
  startTime: string;
  argv: readonly string[];
  startedAt: string;
}

/** Set in the environment of every process of a lab. With it the lab finds a process whose record was lost. */
const MARK = 'EDGE_VM_LAB_STATE_OF';

/** Starts a process that goes on after this one ends. Its output goes to `<state>/logs/<name>.log`. */
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
      // KubeVirt's programs keep certificates in folders for temporary files, and never remove them.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: paths.tmp, ...spec.env, [MARK]: paths.state },
    });
    child.unref();
    // If the program cannot run, an event without a listener would end this whole process, not only the wait for that program.
    child.on('error', () => {});
    if (child.pid === undefined) throw new EdgeVmError('unexpected', `${spec.name} could not be started from ${program}`);
    const record = { name: spec.name, pid: child.pid, startTime: startTimeOf(child.pid) ?? '', argv: spec.argv, startedAt: new Date().toISOString() };
    writeRecord(paths, record);
    return record;
  } finally {
    closeSync(log);
  }
}

/** Throws if the process has ended, with the end of its log. For calls within waits. */
export function assertRunning(paths: LabPaths, name: string): void {
  const record = readRecord(paths, name);
  if (record !== undefined && isRunning(record)) return;
  const { words, remedy } = endReason(textOf(paths.log(name)));
  throw new EdgeVmError('unexpected', `${name} ended by itself: ${words}`, { hint: `${remedy === undefined ? '' : `${remedy} `}Its log is ${paths.log(name)}.` });
}

/** True while exactly the recorded process runs. */
export function isRunning(record: ProcessRecord): boolean {
  return record.startTime !== '' && startTimeOf(record.pid) === record.startTime;
}

/** Records of all processes that were started in this state folder and not stopped. */
export function listRecords(paths: LabPaths): ProcessRecord[] {
  if (!existsSync(paths.run)) return [];
  return readdirSync(paths.run)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readRecord(paths, basename(file, '.json')))
    .filter((record) => record !== undefined);
}

// These have no state of their own. At SIGTERM they would wait long for clients that watch; unshare, the first process
// of the real node, ignores SIGTERM. The operator finishes what runs.
const patience: Readonly<Record<string, number>> = { 'kube-apiserver': 500, 'virt-api': 200, 'real-node': 0, 'edge-vm-operator': 25_000 };

/** Asks the process to end, waits, and kills it if it does not end. False if it did not run. */
export async function stopProcess(paths: LabPaths, name: string, graceMs = patience[name] ?? 10_000): Promise<boolean> {
  const record = readRecord(paths, name);
  const was = record !== undefined && isRunning(record) && (await endProcess(record.pid, record.startTime, graceMs));
  rmSync(recordFile(paths, name), { force: true });
  return was;
}

/** Ends processes with this lab's mark that have no record: a run that was killed in between started them. */
export async function stopStrays(paths: LabPaths, graceMs = 5000): Promise<number> {
  const strays = processesWithEnvironment(MARK, paths.state).filter((pid) => pid !== process.pid);
  await Promise.all(strays.map((pid) => endProcess(pid, startTimeOf(pid) ?? '', graceMs)));
  return strays.length;
}

/** State folders of all labs whose processes this user can see, with any cache and any settings. */
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

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'no log';
  }
}
