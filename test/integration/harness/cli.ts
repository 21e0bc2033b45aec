import assert from 'node:assert/strict';
import { execa } from 'execa';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { theLab } from './lab.js';
import { EDGE_VM } from './paths.js';

/** What a failed command prints on stdout with `-o json`, besides what is known of the device. */
export interface FailureOutput extends Partial<Omit<DeviceResult, 'cause'>> {
  cause: { code: string; message: string; hint?: string; details?: Record<string, unknown> };
}

export interface CliOptions {
  /** Added to the lab's variables; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  /** For stdin; it is empty when absent. */
  input?: string;
  cwd?: string;
  /** A run that takes longer fails the test; default 170 s. */
  limitMs?: number;
  /** Called for each line on stderr as it comes. */
  onStderrLine?: (line: string, run: { pid: number; kill: (signal: NodeJS.Signals) => void }) => void;
}

export interface CliResult {
  /** Exit code; `null` when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
  seconds: number;
  /** stdout as JSON. */
  json: <T = DeviceResult & { cause?: FailureOutput['cause'] }>() => T;
}

export interface RunningCli {
  pid: number;
  kill: (signal: NodeJS.Signals) => void;
  done: Promise<CliResult>;
}

/** Runs the built command to its end with the lab's variables and nothing else of this process's environment. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done;
}

/** Starts the built command; see `cli`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const begun = performance.now();
  const child = execa(process.execPath, [EDGE_VM, ...args], {
    env: environment(options.env), extendEnv: false, cwd: options.cwd ?? theLab().home,
    reject: false, stripFinalNewline: false, timeout: options.limitMs ?? 170_000, killSignal: 'SIGKILL', input: options.input ?? '',
  });
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  const run = { pid: child.pid ?? 0, kill };
  const fed = options.onStderrLine === undefined ? undefined : feedLines(child.iterable({ from: 'stderr' }), (line) => options.onStderrLine?.(line, run));
  return {
    ...run,
    done: child.then(async (result) => {
      // A busy test may come to the last lines later than to the end.
      await fed;
      assert.equal(result.timedOut, false, `edge-vm ${args.join(' ')} did not end in time; stderr:\n${result.stderr}`);
      const json = <T>(): T => parse<T>(result.stdout, result.stderr);
      return { code: result.exitCode ?? null, stdout: result.stdout, stderr: result.stderr, seconds: (performance.now() - begun) / 1000, json };
    }),
  };
}

async function feedLines(lines: AsyncIterable<unknown>, each: (line: string) => void): Promise<void> {
  for await (const line of lines) each(String(line));
}

/** The environment of a command under test: of the lab, and nothing else of this process. */
export function environment(over: CliOptions['env'] = {}): Record<string, string> {
  const lab = theLab();
  const all = { PATH: process.env['PATH'], HOME: lab.home, TMPDIR: lab.home, LANG: 'C.UTF-8', ...lab.variables, ...over };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function parse<T>(stdout: string, stderr: string): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new assert.AssertionError({ message: `stdout is no JSON:\n${stdout}\nstderr:\n${stderr}` });
  }
}

/** Asserts the exit code. If it is another one, shows what the command printed. */
export function assertCode(result: CliResult, code: number): void {
  assert.equal(result.code, code, `exit code ${result.code} instead of ${code}\nstdout:\n${result.stdout}\nstderr:\n${result.stderr}`);
}

/** Asserts exit code and cause of a command with `-o json`; gives the cause. */
export function assertCause(result: CliResult, exitCode: number, code: string): FailureOutput['cause'] {
  assertCode(result, exitCode);
  const { cause } = result.json<FailureOutput>();
  assert.equal(cause?.code, code, `cause ${cause?.code} instead of ${code}: ${cause?.message}`);
  assert.match(result.stderr, /^error: /m, 'the person at the terminal sees it too');
  return cause;
}
