import type { Problem } from '../../support/errors.js';
import type { CliDeps } from './deps.js';
import type { CliIo } from './io.js';
import type { OutputFormat } from '../output/format.js';
import { makePrinter, type Printer } from '../output/printer.js';
import { Redactor } from './redact.js';
import { makeTextIo, type CommandIo } from './text-io.js';

/** The shared state of one run of the command line. */
export interface Session {
  readonly io: CliIo;
  readonly deps: CliDeps;
  readonly redactor: Redactor;
  readonly text: CommandIo;
  printer: Printer;
  /** The live line at the bottom of the terminal, if there is one: `hold` gives the terminal to others until `release`. */
  line: { hold: () => void; release: () => void } | undefined;
  /** Set after the flags are read; decides how an error is printed. */
  format: OutputFormat | undefined;
  /** Command line as words, for the hint of a usage error (`create`, `lab up`). */
  command: string;
  /** Problems of the command line from before commander. */
  readonly problems: Problem[];
  /** Flags whose value nobody knows: of each, only the first problem is told. */
  readonly unclear: Set<string>;
  /** The hint for the problems, if one of them has one. */
  hint: string | undefined;
  /** The device that the command is about, as far as it is known; absent for commands without a device. */
  about: { name: string | undefined; namespace: string | undefined } | undefined;
  /** The exit code of the command that ran. */
  exitCode: number;
}

const secretVariables = ['EDGE_VM_CONNECTION_STRING', 'EDGE_VM_HUB_CONNECTION_STRING'];

export function makeSession(io: CliIo, deps: CliDeps): Session {
  const redactor = new Redactor();
  for (const name of secretVariables) redactor.hide(io.env[name]);
  return {
    io, deps, redactor, text: makeTextIo(io), printer: makePrinter(io, redactor, false), line: undefined,
    format: undefined, command: '', problems: [], unclear: new Set(), hint: undefined, about: undefined, exitCode: 0,
  };
}
