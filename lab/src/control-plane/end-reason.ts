import { readFileSync } from 'node:fs';

/** Why a program has ended, from its log. */
export interface EndReason {
  /** Its own words. */
  words: string;
  /** What a person does about it; absent if the words do not show that. */
  remedy?: string;
}

const searched = 256 * 1024;
/** A Go program that panics writes the reason before the stacks of its goroutines. */
const last = /^(?:panic: |fatal error: |F\d{4} )|"level":"(?:fatal|panic)"/;

/** The newest fatal line, else the last lines. */
export function endReason(log: string): EndReason {
  const lines = log.slice(-searched).trimEnd().split('\n');
  const index = lines.findLastIndex((line) => last.test(line));
  // The line before may say more: KubeVirt logs the reason, then panics with the words alone.
  const fatal = index < 0 ? [] : lines.slice(Math.max(0, index - 1), index + 1).filter((line) => last.test(line) || /"level":"error"/.test(line));
  const words = (fatal.length > 0 ? fatal : lines.slice(-3)).join(' | ').slice(-500);
  const remedy = remedyFor(words);
  return { words, ...(remedy === undefined ? {} : { remedy }) };
}

function remedyFor(words: string): string | undefined {
  const isWatch = /inotify|fsnotify|\bwatch/i.test(words);
  if (isWatch && /too many open files|EMFILE/i.test(words)) return limit('max_user_instances', 1024);
  if (isWatch && /no space left on device|ENOSPC/i.test(words)) return limit('max_user_watches', 524_288);
  if (/too many open files|EMFILE/i.test(words)) return 'This shell allows too few open files: ulimit -n 65536, then start the lab again.';
  return undefined;
}

function limit(name: 'max_user_instances' | 'max_user_watches', least: number): string {
  const now = valueOf(name);
  const enough = Math.max(least, 2 * (now ?? 0));
  return `Your programs use all that fs.inotify.${name}${now === undefined ? '' : ` (${now})`} allows: sudo sysctl fs.inotify.${name}=${enough}, then start the lab again.`;
}

function valueOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'));
  } catch {
    return undefined;
  }
}
