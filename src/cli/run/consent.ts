import type { Consequence, PreparedDevice } from '../../provision/index.js';
import { EdgeVmError } from '../../support/errors.js';
import type { Progress } from '../output/progress.js';
import { consequenceLines } from '../output/consequences.js';
import type { Session } from './session.js';

/**
 * Shows the changes of an existing device, and asks before a removal, or a change that needs a first boot. `yes` (`--yes`)
 * answers before the question; if nobody can be asked, only this allows the change. Throws `interrupted` for a no, `usage` if
 * nobody can be asked.
 */
export async function consent(session: Session, progress: Progress, prepared: PreparedDevice, yes: boolean): Promise<void> {
  const { printer, deps } = session;
  const { toConfirm } = await deps.provision();
  const { consequences, subject } = prepared;
  if (consequences.length === 0) return;
  progress.stop();
  printer.note(`${subject.name} in namespace ${subject.namespace} will change:`);
  for (const line of consequenceLines(consequences)) printer.note(`  ${line}`);
  const grave = toConfirm(prepared);
  if (grave.length === 0 || yes) return;
  const lines = consequenceLines(grave, consequences);
  await agree(session, {
    what: 'changed', unasked: `this removes something or needs a first boot, and nobody can be asked:\n  ${lines.join('\n  ')}`,
    hint: `${howTo(prepared, grave)} --dry-run client only shows it. Flags change only what they name. A file describes the whole device: a field that it leaves out is removed.`,
    details: { consequences: grave },
  });
}

/** Without another generation, the guest does not get settings that it reads at its first boot. */
function howTo({ consequences, subject, firstBoot }: PreparedDevice, grave: readonly Consequence[]): string {
  const needsFirstBoot = firstBoot !== undefined && grave.some(({ effect }) => effect === 'first-boot');
  if (!needsFirstBoot || consequences.some(({ path }) => path === 'spec.firstBootGeneration')) return '--yes does it.';
  return `--yes does it. The guest gets the settings of its first boot only with --generation ${(subject.device.spec.firstBootGeneration ?? 1) + 1} --restart too: it then runs its first boot again.`;
}

/** Whether somebody at a terminal can answer. */
export function canAsk({ io }: Session): boolean {
  return io.stdin.isTTY === true && io.stderr.isTTY === true;
}

/** What a question is about. */
interface Question {
  what: 'changed' | 'deleted';
  /** The message if nobody can be asked. */
  unasked: string;
  /** How a person goes on after a no: the flag that answers before the question, and the one that only shows. */
  hint: string;
  details?: Record<string, unknown>;
}

/** Asks whether to go on. Throws `interrupted` for a no, `usage` if nobody can be asked. */
export async function agree(session: Session, { what, unasked, hint, details = {} }: Question): Promise<void> {
  if (!canAsk(session)) throw new EdgeVmError('usage', unasked, { hint, details });
  const answer = await ask(session);
  if (answer !== 'yes') throw new EdgeVmError('interrupted', `${answer === 'no' ? 'you said no' : 'nobody answered the question'}: nothing was ${what}`, { hint, details });
}

/** Asks whether to go on; only a `y` does. `none`: the input ended, as with Ctrl-D. Throws if the person pressed Ctrl-C. */
async function ask({ io }: Session): Promise<'yes' | 'no' | 'none'> {
  io.stderr.write('Go on? [y/N] ');
  const aborted = new Promise<string>((resolve) => io.signal.addEventListener('abort', () => resolve(''), { once: true }));
  const answer = await Promise.race([firstLine(io.stdin), aborted]);
  io.stdin.destroy?.();
  // The line of the question is still open.
  if (!answer.includes('\n')) io.stderr.write('\n');
  io.signal.throwIfAborted();
  if (answer === '') return 'none';
  return /^y(?:es)?$/i.test(answer.trim()) ? 'yes' : 'no';
}

/** With its line end, unless the input ended before. */
async function firstLine(stdin: Session['io']['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.includes('\n') ? text.slice(0, text.indexOf('\n') + 1) : text;
}
