import type { Log, LogFields } from './context.js';

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/**
 * Lines of a log: `text` for people, `json` for programs.
 *
 * @param write gets one line with its line end.
 * @param clean removes secrets from a text: the last filter, nothing should match it.
 */
export function createLog(format: LogFormat, { write, clean, now }: { write: (line: string) => void; clean: (text: string) => string; now: () => number }): Log {
  const line = (level: string, message: string, fields: LogFields = {}): void => {
    const time = new Date(now()).toISOString();
    const text = format === 'json' ? JSON.stringify(cleaned({ time, level, message, ...fields }, clean)) : `${time} ${level.toUpperCase().padEnd(5)} ${clean(message)}${inText(fields, clean)}`;
    write(`${text}\n`);
  };
  return {
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
  };
}

function cleaned(fields: Readonly<Record<string, unknown>>, clean: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? clean(value) : value]));
}

function inText(fields: LogFields, clean: (text: string) => string): string {
  return Object.entries(fields).filter(([, value]) => value !== undefined && value !== null).map(([key, value]) => ` ${key}=${quoted(clean(typeof value === 'string' ? value : JSON.stringify(value)))}`).join('');
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
