/**
 * The one error family of edge-vm. Every error that a person can act on is an
 * EdgeVmError: classified where it arises, printed in one place (`src/cli`),
 * and never carrying a secret.
 */

/** Exit codes of the command line; part of its contract. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  preflight: 3,
  timeout: 4,
  deadEnd: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * Machine-readable causes. The kebab-case word is what `cause.code` holds in
 * JSON output and what scripts may compare; add, never rename.
 */
export type CauseCode =
  // usage and input (2)
  | 'invalid-input'
  | 'usage'
  // preflight (3)
  | 'no-cluster'
  | 'no-kubevirt'
  | 'no-cdi'
  | 'forbidden'
  | 'cluster-unauthorized'
  | 'admission-refused'
  | 'field-conflict'
  | 'not-owned'
  | 'not-found'
  | 'hub-unreachable'
  | 'hub-forbidden'
  | 'hub-throttled'
  | 'missing-prerequisite'
  // time (4)
  | 'timed-out'
  // the device cannot become ready (5)
  | 'unauthorized'
  | 'device-not-found'
  | 'device-disabled'
  | 'not-edge-enabled'
  | 'identity-in-use'
  | 'unschedulable'
  | 'node-unreachable'
  | 'import-failed'
  | 'image-failed'
  | 'crash-loop'
  | 'volume-failed'
  | 'guest-step-failed'
  | 'user-data-invalid'
  | 'deployment-failed'
  | 'module-failed'
  | 'vm-stopped'
  | 'vm-deleted'
  | 'secret-missing'
  // others
  | 'interrupted'
  | 'unexpected';

export interface EdgeVmErrorOptions {
  /** What a person can do about it; one or two sentences. */
  hint?: string;
  cause?: unknown;
  exitCode?: ExitCode;
  /** Facts for machines (never a secret), e.g. `{ field, manager }`. */
  details?: Record<string, unknown>;
}

const exitCodes: Partial<Record<CauseCode, ExitCode>> = {
  'invalid-input': ExitCode.usage,
  usage: ExitCode.usage,
  'timed-out': ExitCode.timeout,
  interrupted: ExitCode.interrupted,
  unexpected: ExitCode.unexpected,
};
const preflight: ReadonlySet<CauseCode> = new Set<CauseCode>([
  'no-cluster', 'no-kubevirt', 'no-cdi', 'forbidden', 'cluster-unauthorized', 'admission-refused',
  'field-conflict', 'not-owned', 'not-found', 'hub-unreachable', 'hub-forbidden', 'hub-throttled',
  'missing-prerequisite',
]);

/** The exit code that a cause ends the command with. */
export function exitCodeOf(code: CauseCode): ExitCode {
  return exitCodes[code] ?? (preflight.has(code) ? ExitCode.preflight : ExitCode.deadEnd);
}

const brand = Symbol.for('edge-vm.error');

/** An error with a code, a hint and an exit code. `message` is one short sentence without a full stop. */
export class EdgeVmError extends Error {
  readonly [brand] = true;
  readonly code: CauseCode;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly details: Record<string, unknown>;

  constructor(code: CauseCode, message: string, options: EdgeVmErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EdgeVmError';
    this.code = code;
    this.hint = options.hint;
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
