import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that a test waits for what takes so many seconds at most on a quiet machine: others take thrice as long. */
export const patiently = (seconds: number): number => seconds * 2500;

/** Looks every two seconds until `look` gives something; fails after `patiently(seconds)`. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + patiently(seconds);
  for (let last = ''; ; await delay(2000)) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error instanceof Error ? `: ${error.message}` : '';
    }
    if (Date.now() > end) throw new Error(`did not happen in ${patiently(seconds) / 1000} s: ${what}${last}`);
  }
}
