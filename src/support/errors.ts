/**
 * The one error family of edge-vm. Every error that a person can act on is an
 * EdgeVmError: classified where it arises, printed in one place (`src/cli`),
 * and never carrying a secret.
 */

import type { Advice } from './advice.js';
import { exitCodeOf } from './causes.js';
import type { CauseCode, ExitCode } from './causes.js';

export interface EdgeVmErrorOptions {
  /** What a person can do about it; one or two sentences that name no command and no flag. */
  hint?: string;
  /** The same as far as it is edge-vm that does it. */
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
 * What sort of thing is wrong, for programs: nothing may be read out of a message.
 *
 * - `missing`: a field, flag or argument that is needed is not there.
 * - `unknown-field`: there is no such field, flag or argument.
 * - `wrong-type`: a list where a text is accepted, and the like.
 * - `invalid`: the right type, and a value that is not accepted.
 * - `conflict`: each alone would do, together they do not.
 * - `unreadable`: a file, variable or stream that cannot be read or is not what it should be (YAML, PEM).
 */
export type ProblemKind = 'missing' | 'unknown-field' | 'wrong-type' | 'invalid' | 'conflict' | 'unreadable';

/** One thing wrong with the input: the field, what was got (never a secret), what is accepted. */
export interface Problem {
  /** Absent where nobody told it apart; then it counts as `invalid`. */
  kind?: ProblemKind;
  /** Path as in the file, e.g. `spec.vm.memory`; or the flag, where there is no field. */
  field: string;
  /** What is wrong and what is accepted, e.g. `must be a quantity such as 2Gi`. */
  message: string;
  /** The value as JSON, shortened; absent for secrets and for missing values. */
  got?: string;
}

/** Bad input: carries every problem at once. Exit code 2. */
export class InvalidInputError extends EdgeVmError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options: EdgeVmErrorOptions = {}) {
    const lines = problems.map((p) => `${p.field}: ${p.message}${p.got === undefined ? '' : ` (got ${p.got})`}`);
    super('invalid-input', lines.length === 1 ? lines[0]! : `${lines.length} problems:\n  ${lines.join('\n  ')}`, options);
    this.name = 'InvalidInputError';
    this.problems = problems;
  }
}
