import { spawn } from 'node:child_process';
import { EdgeVmError } from 'edge-vm';

/** Runs a program to its end and returns its output. If it fails, the error holds its error output. */
export async function runProgram(argv: readonly string[], options: { input?: string; env?: Record<string, string>; signal?: AbortSignal | undefined; killSignal?: NodeJS.Signals } = {}): Promise<string> {
  const [program, ...args] = argv;
  const child = spawn(program!, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.killSignal ? { killSignal: options.killSignal } : {}),
  });
  const output: Buffer[] = [];
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString('utf8')}`.slice(-2000);
  });
  // If a program ends before it has read everything, its exit code says more than the broken pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new EdgeVmError('unexpected', `${program!.split('/').at(-1)} failed: ${errors.trim().split('\n').slice(-3).join(' | ')}`);
  return Buffer.concat(output).toString('utf8');
}
