import { basename } from 'node:path';
import { cleanText, redact } from '../identity/redact.js';
import { ExitCode } from '../support/causes.js';
import { sleep } from '../support/waiting.js';
import type { CliIo } from './run/io.js';
import { isCompletion, main } from './main.js';

// Only this file uses the process; everything else gets a CliIo.
const controller = new AbortController();
let interrupts = 0;

/** The first Ctrl-C lets the command end in order. A second one ends it at once. */
function interrupt(): void {
  interrupts += 1;
  if (interrupts > 1) process.exit(ExitCode.interrupted);
  controller.abort();
}

/** `edge-vm list | head -1` closes the pipe early: that is no error. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') endWith(`cannot write to standard output (${error.code ?? error.name})`, error);
}

/** For errors that no command can catch. Node.js would print the line of the bundle that threw, and that line is nearly the whole bundle. */
function endWith(message: string, error: unknown): never {
  process.stderr.write(`error: ${cleanText(message)}\n`);
  if ((process.env['EDGE_VM_DEBUG'] ?? '') !== '' && error instanceof Error) process.stderr.write(`${redact(error.stack ?? '')}\n`);
  process.exit(ExitCode.unexpected);
}

/** While the editor runs, the terminal belongs to it. */
async function edit(command: string, file: string): Promise<number> {
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const editor = spawn('sh', ['-c', `${command} "$1"`, 'sh', file], { stdio: 'inherit' });
    editor.once('error', reject);
    editor.once('exit', (code) => resolve(code ?? 1));
  });
}

const io: CliIo = {
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  now: () => Date.now(),
  sleep,
  signal: controller.signal,
  programName: basename(process.argv[1] ?? '').startsWith('kubectl-') ? 'kubectl edge-vm' : 'edge-vm',
  cwd: process.cwd(),
  edit,
};

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('uncaughtException', (error: unknown) => endWith(error instanceof Error ? error.message : String(error), error));
process.stdout.on('error', outputFailed);
// The message is lost, but the exit code is right.
process.stderr.on('error', () => undefined);

// The bundle is CommonJS, which has no top-level await.
async function start(): Promise<void> {
  const argv = process.argv.slice(2);
  process.exitCode = await main(argv, io);
  // A look-up of a name, for example, cannot be stopped, and would keep the process and the person's shell waiting.
  if (isCompletion(argv)) process.stdout.write('', () => process.exit());
}
void start();
