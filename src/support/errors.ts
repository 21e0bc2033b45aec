/**
 * The errors of edge-vm. Every error that a person can act on is an
 * EdgeVmError. The code that finds the error gives it a cause; one place
 * prints it (`src/cli`). It never holds a secret.
 */

import type { Advice } from './advice.js';
import { exitCodeOf } from './causes.js';
import type { CauseCode, ExitCode } from './causes.js';

/** What an `EdgeVmError` has besides code and message. */
export interface EdgeVmErrorOptions {
  /** What a person can do about it; one or two sentences that name no command and no flag. */
  hint?: string;
  /** The part of it that edge-vm itself can do. */
  advice?: readonly Advice[];
  cause?: unknown;
  exitCode?: ExitCode;
  /** Facts for machines (never a secret), e.g. `{ field, manager }`. */
  details?: Record<string, unknown>;
}

const brand = Symbol.for('edge-vm.error');

/** An error with a code, a hint and an exit code. `message` is one short sentence without a full stop. */
export class EdgeVmError extends Error {
  readonly [brand] = true;
  readonly code: CauseCode;
  readonly hint: string | undefined;
  readonly advice: readonly Advice[];
  readonly exitCode: ExitCode;
  readonly details: Record<string, unknown>;

  constructor(code: CauseCode, message: string, options: EdgeVmErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EdgeVmError';
    this.code = code;
    this.hint = options.hint;
    this.advice = options.advice ?? [];
    this.exitCode = options.exitCode ?? exitCodeOf(code);
    this.details = options.details ?? {};
  }

  /** True for an EdgeVmError of any copy of this library (bundles included). */
  static is(value: unknown): value is EdgeVmError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }
}

/**
 * The kind of a problem, for programs. They must not read it out of a message.
 *
 * - `missing`: a needed field, flag or argument is absent.
 * - `unknown-field`: there is no such field, flag or argument.
 * - `wrong-type`: for example, a list instead of a text.
 * - `invalid`: the right type, but not an accepted value.
 * - `conflict`: each value alone is accepted, but not together.
 * - `unreadable`: a file, variable or stream cannot be read, or has the wrong format (YAML, PEM).
 */
export type ProblemKind = 'missing' | 'unknown-field' | 'wrong-type' | 'invalid' | 'conflict' | 'unreadable';

/** One problem of the input: the field, the value got (never a secret), and what is accepted. */
export interface Problem {
  /** Absent counts as `invalid`. */
  kind?: ProblemKind;
  /** Path as in the file, e.g. `spec.vm.memory`; or the flag, if there is no field. */
  field: string;
  /** What is wrong and what is accepted, e.g. `must be a quantity such as 2Gi`. */
  message: string;
  /** The value as JSON, shortened; absent for secrets and for missing values. */
  got?: string;
}

/** Options of an `InvalidInputError`. */
export interface InvalidInputOptions extends EdgeVmErrorOptions {
  /** The message has at most so many problems, and the number of the others; all of them when absent. */
  most?: number;
}

/** Bad input, with every problem at once. Exit code 2. */
export class InvalidInputError extends EdgeVmError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], { most = problems.length, ...options }: InvalidInputOptions = {}) {
    const lines = problems.slice(0, most).map((p) => `${p.field}: ${p.message}${p.got === undefined ? '' : ` (got ${p.got})`}`);
    if (problems.length > most) lines.push(`and ${problems.length - most} more`);
    super('invalid-input', problems.length === 1 ? lines[0]! : `${problems.length} problems:\n  ${lines.join('\n  ')}`, options);
    this.name = 'InvalidInputError';
    this.problems = problems;
  }
}
