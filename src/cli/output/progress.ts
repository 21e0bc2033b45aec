import { RUNGS, type ProvisionEvent, type Rung } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { hintOf } from './advice.js';
import { formatSeconds } from './format.js';
import { cut } from './table.js';

/** Shows the events of a use case to a person, on stderr. */
export interface Progress {
  onEvent(event: ProvisionEvent): void;
  /** Takes the live line away; call it before anything else is printed. */
  stop(): void;
}

/** In plain output a message that keeps changing (import 43 %) is repeated no more often than this. */
const plainPause = 10_000;
const nameWidth = 12;

/**
 * One live line and a finished line for each rung on a terminal; a line for each step and rung elsewhere.
 *
 * @param last the rung that is waited for; what would come after it is not waited for, and not shown.
 */
export async function makeProgress(session: Session, last: Rung): Promise<Progress> {
  const progress = session.printer.live
    ? liveProgress(session, (await import('./live-line.js')).makeLiveLine(session))
    : plainProgress(session);
  const awaited = (rung: Rung): boolean => RUNGS.indexOf(rung) <= RUNGS.indexOf(last);
  return {
    onEvent: (event) => (event.type !== 'waiting' || awaited(event.rung) ? progress.onEvent(event) : undefined),
    stop: () => progress.stop(),
  };
}

/** For commands that only look: no progress, but what they could not find out. */
export function warningsOnly({ printer: { note, style }, io: { programName } }: Session): Progress {
  return {
    onEvent: (event) => (event.type === 'warning' ? note(`${style.yellow('warning:')} ${warningOf(event, programName)}`) : undefined),
    stop: () => undefined,
  };
}

/** A line at the foot of the terminal that is redrawn in its place. */
export interface LiveLine {
  show(text: string): void;
  /** Prints a whole line above it. */
  above(text: string): void;
  stop(): void;
}

/** Progress on a terminal; the line is injected. */
export function liveProgress(session: Session, line: LiveLine): Progress {
  const { style } = session.printer;
  const width = (session.io.stderr.columns ?? 0) || 80;
  return {
    onEvent(event) {
      switch (event.type) {
        case 'step':
          if (event.state === 'start') line.show(event.step);
          break;
        case 'rung':
          line.above(`${style.green('✔')} ${cut(rungLine(event), width - 2)}`);
          break;
        case 'waiting':
          line.show(`${event.rung}: ${event.message}`);
          break;
        case 'lost':
          line.above(style.yellow(cut(`↓ ${event.rung} lost: ${event.message}`, width)));
          break;
        case 'warning':
          line.above(`${style.yellow('warning:')} ${warningOf(event, session.io.programName)}`);
          break;
      }
    },
    stop: () => line.stop(),
  };
}

function plainProgress(session: Session): Progress {
  const { note } = session.printer;
  const last = { at: Number.NEGATIVE_INFINITY, rung: '', message: '' };
  return {
    onEvent(event) {
      switch (event.type) {
        case 'step':
          // What takes its time is told as it begins; the step around it ends with a line of its own.
          if (event.state === 'start' && event.step.startsWith('wait for ')) note(event.step);
          // A step that had nothing to do, and nothing to say about it, is no news.
          if (event.state === 'done' || (event.state === 'skipped' && event.detail !== undefined)) note(`${event.step}: ${event.state}${event.detail === undefined ? '' : ` (${event.detail})`}`);
          break;
        case 'rung':
          note(rungLine(event));
          break;
        case 'waiting':
          if (event.rung === last.rung && (event.message === last.message || session.io.now() - last.at < plainPause)) break;
          Object.assign(last, { at: session.io.now(), rung: event.rung, message: event.message });
          note(`waiting for ${event.rung}: ${event.message}`);
          break;
        case 'lost':
          note(`lost ${event.rung}: ${event.message}`);
          break;
        case 'warning':
          note(`warning: ${warningOf(event, session.io.programName)}`);
          break;
      }
    },
    stop: () => undefined,
  };
}

function rungLine(event: Extract<ProvisionEvent, { type: 'rung' }>): string {
  return `${event.rung.padEnd(nameWidth)} ${formatSeconds(event.seconds).padStart(8)}${event.detail === undefined ? '' : `  ${event.detail}`}`;
}

function warningOf({ message, advice }: Extract<ProvisionEvent, { type: 'warning' }>, programName: string): string {
  return hintOf({ hint: message, advice }, programName) ?? message;
}
