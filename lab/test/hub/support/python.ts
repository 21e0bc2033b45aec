import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder with `requirements.txt` and the programs, seen from the compiled tests. */
const source = fileURLToPath(new URL('../../../../test/hub/', import.meta.url));

/** Why there is no Python to test with; undefined when there is. */
export function missingPython(): string | undefined {
  const { status, error } = spawnSync('python3', ['-c', 'import venv, ensurepip'], { encoding: 'utf8' });
  if (error !== undefined) return `python3 is not there (${error.message})`;
  return status === 0 ? undefined : 'python3 has no venv module (on Debian: python3-venv)';
}

/** Path of a Python with the pinned SDKs; made once and kept in the user's cache, by what is pinned. */
export async function pythonWithSdks(): Promise<string> {
  const requirements = join(source, 'requirements.txt');
  const text = readFileSync(requirements, 'utf8');
  const versions = [...text.matchAll(/==([\w.]+)/g)].map((m) => m[1]).join('-');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const cache = process.env.EDGE_VM_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? homedir(), '.cache'), 'edge-vm');
  const folder = join(cache, `python-sdk-${versions}-${digest}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const run = promisify(execFile);
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], { maxBuffer: 64 * 1024 * 1024 });
  await run('cp', [requirements, join(folder, 'complete.new')]);
  renameSync(join(folder, 'complete.new'), join(folder, 'complete'));
  return python;
}

export interface PythonRun {
  /** Resolves when the program printed this line. */
  printed(line: string): Promise<void>;
  /** The last line, parsed; rejects with stderr when the program failed. */
  result(): Promise<Record<string, unknown>>;
}

/** Runs `python/{name}.py`. */
export function runPython(python: string, name: string, env: Record<string, string>): PythonRun {
  const child: ChildProcess = spawn(python, [join(source, 'python', `${name}.py`)], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const waiters = new Set<() => void>();
  child.stdout!.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    for (const waiter of waiters) waiter();
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    printed: (line) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (out.split('\n').includes(line)) resolve();
        };
        waiters.add(check);
        check();
        void ended.then(() => reject(new Error(`${name}.py ended before it printed '${line}': ${err}`)), reject);
      }),
    async result() {
      const code = await ended;
      if (code !== 0) throw new Error(`${name}.py ended with ${code}: ${err}`);
      return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    },
  };
}
