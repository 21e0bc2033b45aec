import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './scene.js';
import { cacheFolder } from '../helpers/cache-folder.js';

const source = join(ROOT, 'test', 'bootstrap');
export const VERSION = /azure-cli==(\S+)/.exec(readFileSync(join(source, 'requirements.txt'), 'utf8'))?.[1] ?? '';

/** Why there is no Python to test with; undefined if there is. */
export function missingPython(): string | undefined {
  const { status, error } = spawnSync('python3', ['-c', 'import venv, ensurepip'], { encoding: 'utf8' });
  if (error !== undefined) return `python3 is not there (${error.message})`;
  return status === 0 ? undefined : 'python3 has no venv module (on Debian: python3-venv)';
}

/** A Python with the pinned Azure CLI; made once and kept in the cache of the user, by what is pinned. */
export async function pythonWithAzureCli(): Promise<string> {
  const requirements = join(source, 'requirements.txt');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8);
  const folder = join(cacheFolder(), `azure-cli-${VERSION}-${digest}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return python;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const run = promisify(execFile);
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], { maxBuffer: 2 ** 26 });
  copyFileSync(requirements, join(folder, 'complete'));
  return python;
}

export interface RealAnswers {
  calls: { code: number; stderr: string }[];
  queries: string[];
}

/** What the real Azure CLI says to these calls, and its jmespath and output code to these queries. */
export function askRealAz(python: string, input: { calls: string[][]; queries: { query: string; document: unknown }[] }): RealAnswers {
  const config = join(tmpdir(), `edge-vm-az-config-${process.pid}`);
  mkdirSync(config, { recursive: true });
  try {
    // No network and no account: a proxy that does not exist, a configuration of its own.
    const { status, stdout, stderr } = spawnSync(python, [join(source, 'real_az.py')], {
      input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 2 ** 26,
      env: { PATH: process.env['PATH'], HOME: config, AZURE_CONFIG_DIR: config, AZURE_CORE_COLLECT_TELEMETRY: 'no', HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', PYTHONWARNINGS: 'ignore' },
    });
    if (status !== 0) throw new Error(`real_az.py ended with ${status}:\n${stderr}`);
    return JSON.parse(stdout) as RealAnswers;
  } finally {
    rmSync(config, { recursive: true, force: true });
  }
}
