import { readdir } from 'node:fs/promises';

/** All processes of this machine. */
export async function processIds(): Promise<number[]> {
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
}
