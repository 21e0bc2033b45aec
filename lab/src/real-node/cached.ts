import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { withLock } from '../control-plane/lock.js';

/** Hash of the contents of files and of words; the key for what is made from them. */
export function keyOf(files: readonly string[], ...words: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([process.arch, ...words]));
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Makes a folder, which appears whole or not at all. If two processes make it, one waits for the other. True if it was made now. */
export async function makeFolder(folder: string, make: (unfinished: string) => Promise<void>, signal?: AbortSignal): Promise<boolean> {
  if (existsSync(folder)) return false;
  return withLock(`${folder}.lock`, { what: `another making of ${folder} to end`, timeout: 3_600_000, signal }, async () => {
    if (existsSync(folder)) return false;
    const unfinished = `${folder}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(unfinished);
    await make(unfinished);
    renameSync(unfinished, folder);
    return true;
  });
}
