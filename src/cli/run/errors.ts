import { CommanderError } from 'commander';
import { ExitCode, exitCodeOf } from '../../support/causes.js';
import { EdgeVmError } from '../../support/errors.js';
import { causeOf } from '../../readiness/cause.js';
import { emptyResult } from '../../readiness/empty-result.js';
import { ProvisionError } from '../../readiness/provision-error.js';
import type { Cause, DeviceResult } from '../../readiness/types.js';
import { cleanText } from '../../identity/redact.js';
import { looksSecret } from '../../support/shown.js';
import { causeInWords } from '../output/advice.js';
import { isMachine } from '../output/format.js';
import type { Session } from './session.js';

/**
 * The one place that prints errors: always words on stderr, and with `-o json|yaml` also an object on stdout, so
 * that a program finds the cause there. Gives the exit code.
 */
export async function reportError(error: unknown, session: Session): Promise<number> {
  const known = classify(error, session);
  if (known === undefined) return await reportUnexpected(error, session);
  printCause(causeOf(known), session, { deeper: deeperCause(known) });
  if (debugging(session)) session.printer.note(session.redactor.cleanLines(stackOf(error)));
  if (isMachine(session.format)) {
    const details = Object.keys(known.details).length === 0 ? {} : { details: known.details };
    const cause = { ...causeInWords(causeOf(known), session.io.programName), ...details };
    await session.printer.object({ ...(ProvisionError.is(known) ? known.result : nothingKnown(session)), cause }, session.format);
  }
  return known.exitCode;
}

/** `error:`, `cause:` and `hint:` lines; also for a result with a cause. */
export function printCause(cause: Cause, session: Session, { deeper, owner }: { deeper?: string | undefined; owner?: DeviceResult['owner'] } = {}): void {
  const { note, style } = session.printer;
  const { hint } = causeInWords(cause, session.io.programName, owner);
  note(`${style.red('error:')} ${cause.message}`);
  note(`${style.dim('cause:')} ${cause.code}${deeper === undefined ? '' : ` (${deeper})`}`);
  if (hint !== undefined) note(`${style.cyan('hint:')}  ${hint}`);
}

/** Exit code of a result with a cause. */
export function exitCodeOfResult(result: DeviceResult): number {
  return result.cause === undefined ? ExitCode.ok : exitCodeOf(result.cause.code);
}

function classify(error: unknown, session: Session): EdgeVmError | undefined {
  if (EdgeVmError.is(error)) return error;
  if (error instanceof CommanderError) {
    const words = error.message.replace(/^error: /, '').replaceAll(/\n\s*/g, ' ');
    const message = looksSecret(words) ? words.replaceAll(/'[^']*'/g, '').trimEnd() : words;
    return new EdgeVmError('usage', message, { hint: `see ${session.io.programName} ${session.command === '' ? '' : `${session.command} `}--help` });
  }
  if (session.io.signal.aborted) {
    return new EdgeVmError('interrupted', 'interrupted', { hint: 'applied objects stay; run the same command again to continue' });
  }
  return undefined;
}

async function reportUnexpected(error: unknown, session: Session): Promise<number> {
  const message = session.redactor.cleanForeign(error instanceof Error ? error.message : String(error));
  printCause({ code: 'unexpected', message }, session);
  session.printer.note(debugging(session) ? session.redactor.cleanLines(stackOf(error)) : 'for the stack, run it again with EDGE_VM_DEBUG=1');
  if (isMachine(session.format)) await session.printer.object({ ...nothingKnown(session), cause: { code: 'unexpected', message } }, session.format);
  return ExitCode.unexpected;
}

/** The device's object before anything is known about it, so that a program always finds the same fields. */
function nothingKnown({ about }: Session): object {
  return about === undefined ? {} : { ...emptyResult('', ''), name: about.name ?? null, namespace: about.namespace ?? null };
}

function deeperCause(error: EdgeVmError): string | undefined {
  const inner = error.cause;
  // The error of a file has its path, and people put the secret itself there.
  if (error.code === 'invalid-input' || !(inner instanceof Error) || error.message.includes(inner.message)) return undefined;
  return cleanText(inner.message.split('\n', 1)[0]!);
}

export function debugging(session: Session): boolean {
  return (session.io.env['EDGE_VM_DEBUG'] ?? '') !== '';
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
