import { delayOf, type Backoff } from '../support/backoff.js';

/** After this time without it, a warning is a new one. */
const forgetMs = 7_200_000;
const pauses: Backoff = { firstMs: 300_000, maxMs: 3_600_000 };
/** Warnings to remember. */
const most = 10_000;

/**
 * Whether a warning is told now. A controller that tries again and again (CDI imports a wrong image each few seconds) lets a cause come
 * and go with each try: it is told at once, and then with longer and longer pauses.
 */
export function repeats(now: () => number): (key: string) => boolean {
  const told = new Map<string, { times: number; at: number; seen: number }>();
  return (key) => {
    const time = now();
    const before = told.get(key);
    const isNew = before === undefined || time - before.seen > forgetMs;
    const isDue = isNew || time >= before.at + delayOf(before.times, pauses, () => 1);
    told.delete(key);
    told.set(key, isDue ? { times: isNew ? 1 : before.times + 1, at: time, seen: time } : { ...before, seen: time });
    const [oldest] = told.keys();
    if (told.size > most && oldest !== undefined) told.delete(oldest);
    return isDue;
  };
}
