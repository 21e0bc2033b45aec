import { RUNGS, type ProvisionEvent, type Rung } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { rungLine, warningOf } from './progress-lines.js';
import { hanging } from './wrap.js';

/** Shows the events of a use case to a person, on stderr. */
export interface Progress {
  onEvent(event: ProvisionEvent): void;
  /** Takes the live line away; call it before anything else is printed. */
  stop(): void;
}

/**
 * One live line and a finished line for each rung on a terminal; a line for each step and rung elsewhere.
 *
 * @param last the rung that is waited for; what would come after it is not waited for, and not shown.
 */
export async function makeProgress(session: Session, last: Rung): Promise<Progress> {
  const line = session.printer.live ? (await import('./live-line.js')).makeLiveLine(session) : undefined;
  session.line = line;
  const progress = line === undefined ? (await import('./plain-progress.js')).plainProgress(session, everySecond) : liveProgress(session, line);
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
          line.above(`${style.green('✔')} ${rungLine(event, width, 2)}`);
          break;
        case 'waiting':
          line.show(`${event.rung}: ${event.message}`);
          break;
        case 'lost':
          line.above(style.yellow(hanging(`↓ ${event.rung} lost: ${event.message}`, 2, width)));
          break;
        case 'warning':
          line.above(`${style.yellow('warning:')} ${warningOf(event, session.io.programName)}`);
          break;
      }
    },
    stop: () => line.stop(),
  };
}

/** Calls it each second, and keeps no process alive. Gives what ends that. */
function everySecond(call: () => void): () => void {
  const timer = setInterval(call, 1000);
  timer.unref();
  return () => clearInterval(timer);
}
