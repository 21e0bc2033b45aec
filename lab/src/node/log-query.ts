import type { ConsoleLine } from './console-store.js';

/** The parameters of `GET pods/log` that the API server passes on. */
export interface LogQuery {
  follow: boolean;
  /** Prefix each line with its time, RFC 3339. */
  timestamps: boolean;
  /** Only lines from this time on, milliseconds since the epoch. */
  since: number;
  /** At the beginning, only this many of the last lines. */
  tailLines: number;
  /** Stop after this many bytes. */
  limitBytes: number;
}

/** Reads the kubelet's query parameters. For a wrong value it throws a message for a 400 answer. */
export function parseLogQuery(query: URLSearchParams, now = Date.now()): LogQuery {
  const count = (name: string): number => {
    const text = query.get(name);
    if (text === null || text === '') return Infinity;
    if (!/^\d+$/.test(text)) throw new Error(`${name} must be a whole number`);
    return Number(text);
  };
  const seconds = count('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const time = sinceTime ? Date.parse(sinceTime) : -Infinity;
  if (Number.isNaN(time)) throw new Error('sinceTime must be an RFC 3339 time');
  const flag = (name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');
  return {
    follow: flag('follow'),
    timestamps: flag('timestamps'),
    since: Math.max(time, seconds === Infinity ? -Infinity : now - seconds * 1000),
    tailLines: count('tailLines'),
    limitBytes: count('limitBytes'),
  };
}

/** The lines for a new reader. */
export function selectLines(lines: readonly ConsoleLine[], query: LogQuery): readonly ConsoleLine[] {
  const recent = lines.filter((line) => line.at >= query.since);
  return query.tailLines === Infinity ? recent : recent.slice(Math.max(0, recent.length - query.tailLines));
}

/** The lines after the last line that was sent; all lines if that line was dropped in the meantime. */
export function linesAfter(lines: readonly ConsoleLine[], last: ConsoleLine | undefined): readonly ConsoleLine[] {
  return last === undefined ? lines : lines.slice(lines.lastIndexOf(last) + 1);
}

export function formatLine(line: ConsoleLine, query: LogQuery): string {
  return `${query.timestamps ? `${new Date(line.at).toISOString()} ` : ''}${line.text}\n`;
}
