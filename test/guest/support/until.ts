import { setTimeout as delay } from 'node:timers/promises';

/** How many milliseconds a test waits for something that takes at most so many seconds on a quiet machine: 2.5 times as long. */
export const patiently = (seconds: number): number => seconds * 2500;

/** Calls `look` every two seconds until it returns something; fails after `patiently(seconds)`. */
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
