import { STAGES, type ProvisionEvent, type Stage } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { stageLine, warningOf } from './progress-lines.js';
import { hanging } from './wrap.js';

/** Shows the events of a use case to a person, on stderr. */
export interface Progress {
  onEvent(event: ProvisionEvent): void;
  /** Removes the live line; call it before anything else is printed. */
  stop(): void;
}

/**
 * One live line and a finished line for each stage on a terminal; a line for each step and stage elsewhere.
 *
 * @param last the awaited stage; later stages are not shown.
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

/** For commands that only read: no progress, but their warnings. */
export function warningsOnly({ printer: { note, style }, io: { programName } }: Session): Progress {
  return {
    onEvent: (event) => (event.type === 'warning' ? note(`${style.yellow('warning:')} ${warningOf(event, programName)}`) : undefined),
    stop: () => undefined,
  };
}

/** A line at the bottom of the terminal that is drawn again in the same place. */
export interface LiveLine {
  show(text: string): void;
  /** Prints a whole line above it. */
  above(text: string): void;
  stop(): void;
}

/**
 * Progress on a terminal; the line is injected. A step is shown only once it really waits for something: one that is
 * skipped at once never happened for the person.
 *
 * @param soon calls after everything that is ready now.
 */
export function liveProgress(session: Session, line: LiveLine, soon: (call: () => void) => void = setImmediate): Progress {
  let started: object | undefined;
  const { style } = session.printer;
  const width = (session.io.stderr.columns ?? 0) || 80;
  return {
    onEvent(event) {
      switch (event.type) {
        case 'step':
          started = event.state === 'start' ? event : undefined;
          if (started !== undefined) soon(() => (started === event ? line.show(event.step) : undefined));
          break;
        case 'stage':
          line.above(`${style.green('✔')} ${stageLine(event, width, 2)}`);
          break;
        case 'waiting':
          started = undefined;
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
    stop: () => {
      started = undefined;
      line.stop();
    },
  };
}

/** Calls it each second, and does not keep the process alive. Returns a function that stops it. */
function everySecond(call: () => void): () => void {
  const timer = setInterval(call, 1000);
  timer.unref();
  return () => clearInterval(timer);
}
