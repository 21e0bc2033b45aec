import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';

/** Why there is no file: 404 if the mirror does not have it, 502 otherwise. */
export class MirrorError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'MirrorError';
    this.status = status;
  }
}

// So long that a test run sees one state of the archive.
const indexAge = 30 * 60_000;

const underWay = new Map<string, Promise<string>>();

/**
 * A file of a mirror, from the kept copy if that is still good. In the pool, where files never change, a copy is always
 * good; other copies are good for half an hour, and as long as the mirror cannot be reached. apt's own downloader fetches
 * the file, with the settings of this machine.
 */
export async function keepCopy({ url, file }: { url: string; file: string }): Promise<string> {
  const isFinal = /\/(pool|by-hash)\//.test(url);
  if (existsSync(file) && (isFinal || Date.now() - statSync(file).mtimeMs < indexAge)) return file;
  const running = underWay.get(file);
  if (running !== undefined) return running;
  const fetching = fetchTo(url, file).catch((error: unknown) => {
    if (error instanceof MirrorError && error.status !== 404 && existsSync(file)) return file;
    throw error;
  }).finally(() => underWay.delete(file));
  underWay.set(file, fetching);
  return fetching;
}

async function fetchTo(url: string, file: string): Promise<string> {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  const child = spawn('/usr/lib/apt/apt-helper', ['-o', 'Acquire::Retries=0', 'download-file', url, unfinished], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-1000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0 || !existsSync(unfinished)) {
    rmSync(unfinished, { force: true });
    throw new MirrorError(/\b404\b/.test(said) ? 404 : 502, `${url}: ${said.trim().split('\n').at(-1)}`);
  }
  renameSync(unfinished, file);
  // The mirror's own time does not say when the file was fetched.
  utimesSync(file, new Date(), new Date());
  return file;
}
