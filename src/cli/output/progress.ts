import { STAGES, type ProvisionEvent, type Stage } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { stageLine, warningOf } from './progress-lines.js';
import { hanging } from './wrap.js';

/** Shows the events of a use case to a person, on stderr. */
export interface Progress {
  onEvent(event: ProvisionEvent): void;
  /** Takes the live line away; call it before anything else is printed. */
  stop(): void;
}

/**
 * One live line and a finished line for each stage on a terminal; a line for each step and stage elsewhere.
 *
 * @param last the stage that is waited for; what would come after it is not waited for, and not shown.
 */
export async function makeProgress(session: Session, last: Stage): Promise<Progress> {
  const line = session.printer.live ? (await import('./live-line.js')).makeLiveLine(session) : undefined;
  session.line = line;
  const progress = line === undefined ? (await import('./plain-progress.js')).plainProgress(session, everySecond) : liveProgress(session, line);
  const awaited = (stage: Stage): boolean => STAGES.indexOf(stage) <= STAGES.indexOf(last);
  return {
    onEvent: (event) => (event.type !== 'waiting' || awaited(event.stage) ? progress.onEvent(event) : undefined),
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
        case 'stage':
          line.above(`${style.green('✔')} ${stageLine(event, width, 2)}`);
          break;
        case 'waiting':
          line.show(`${event.stage}: ${event.message}`);
          break;
        case 'lost':
          line.above(style.yellow(hanging(`↓ ${event.stage} lost: ${event.message}`, 2, width)));
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
