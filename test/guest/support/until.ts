import { setTimeout as delay } from 'node:timers/promises';

/** Looks every two seconds until `look` gives something; fails after so many seconds. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (let last = ''; ; await delay(2000)) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error instanceof Error ? `: ${error.message}` : '';
    }
    if (Date.now() > end) throw new Error(`did not happen in ${seconds} s: ${what}${last}`);
  }
}
