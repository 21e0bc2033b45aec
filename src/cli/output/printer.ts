import type { CliIo } from '../run/io.js';
import type { Redactor } from '../run/redact.js';
import { formatObject } from './format.js';
import { makeStyle, wantsColor, type Style } from './style.js';

/** The two outputs: data on stdout, words for people on stderr. Both are redacted. */
export interface Printer {
  /** Data; one line end is added. */
  data: (text: string) => void;
  /** An object as JSON or YAML on stdout. */
  object: (value: unknown, format: 'json' | 'yaml') => Promise<void>;
  /** Data that must hold a secret (`render --secret=include`): not redacted. */
  secretData: (text: string) => void;
  /** A line for people. */
  note: (text: string) => void;
  /** Marks for stderr. */
  readonly style: Style;
  /** Columns that a table may use; 80 on a terminal of unknown width, `Infinity` elsewhere: the reader of a pipe needs all of it. */
  readonly width: number;
  /** Whether stderr is a terminal that can redraw a line. */
  readonly live: boolean;
}

export function makePrinter(io: CliIo, redactor: Redactor, noColor: boolean): Printer {
  return {
    data: (text) => void io.stdout.write(`${redactor.clean(text)}\n`),
    object: async (value, format) => void io.stdout.write(`${await formatObject(redactor.cleanData(value), format)}\n`),
    secretData: (text) => void io.stdout.write(`${text}\n`),
    note: (text) => void io.stderr.write(`${redactor.clean(text)}\n`),
    style: makeStyle(wantsColor(io.stderr, io.env, noColor)),
    width: columnsOf(io),
    // A build log collects every frame of a spinner, though it may look like a terminal.
    live: io.stderr.isTTY === true && io.env.TERM !== 'dumb' && (io.env.CI ?? '') === '',
  };
}

function columnsOf(io: CliIo): number {
  if (io.stdout.isTTY !== true) return Number.POSITIVE_INFINITY;
  const own = io.stdout.columns ?? 0;
  if (own > 0) return own;
  const asked = Number(io.env.COLUMNS);
  return Number.isInteger(asked) && asked > 0 ? asked : 80;
}
