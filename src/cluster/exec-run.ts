import { spawn, type ChildProcess } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import type { Env } from '../net/proxy-env.js';

/** How a program ended. */
export interface Ended {
  stdout: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** More than any credential. */
const longest = 1024 * 1024;
/** Milliseconds from asking a program to end until it is killed. */
const patienceMs = 2_000;

/**
 * Runs a program to its end. Its standard input is this process's (`interactive`) or empty. So a program that reads
 * never hangs if nobody can answer. A `detached` one has no terminal either. It ends when the signal fires, and when this process ends.
 */
export function runProgram(command: string, args: readonly string[], options: { env: Env; interactive: boolean; detached?: boolean; onStderr?: ((text: string) => void) | undefined; signal: AbortSignal }): Promise<Ended> {
  const { env, interactive, detached = false, onStderr, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, detached, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    let size = 0;
    const decoder = new StringDecoder('utf8');
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= longest) stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => onStderr?.(decoder.write(chunk)));
    const stop = (): void => {
      end(child, detached);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', stop, { once: true });
    const done = (): void => signal.removeEventListener('abort', stop);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, by) => {
      done();
      resolve({ stdout: Buffer.concat(stdout).toString('utf8'), code, signal: by });
    });
    if (signal.aborted) stop();
  });
}

/** Nothing waits for the program any more. This process can end before it. A detached program ends with all that it has started. */
function end(child: ChildProcess, detached: boolean): void {
  const send = (signal: NodeJS.Signals): void => {
    try {
      if (detached && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  };
  send('SIGTERM');
  const kill = (): void => send('SIGKILL');
  const timer = setTimeout(kill, patienceMs);
  timer.unref();
  process.once('exit', kill);
  child.once('exit', () => {
    clearTimeout(timer);
    process.removeListener('exit', kill);
  });
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
