import type { ProvisionEvent, Stage } from '../../readiness/types.js';
import type { Session } from '../run/session.js';
import { formatSeconds } from './format.js';
import type { Progress } from './progress.js';
import { stageLine, warningOf } from './progress-lines.js';

/** The shortest time between two prints of a message that changes often (import 43 %). */
const pauseMs = 10_000;
/** After this time without a line, one says that the wait continues, so that the log does not look dead. */
const heartbeatMs = 30_000;

/** Calls the function each second until the result is called. */
export type EverySecond = (call: () => void) => () => void;

/**
 * Progress in a pipe, a log or a dumb terminal: a line for each step and stage, for the present wait, and from time
 * to time a sign of life. A line that was held back for a moment is printed later: the last state is always printed.
 */
export function plainProgress(session: Session, every: EverySecond): Progress {
  const lines = new PlainLines(session);
  let end: (() => void) | undefined;
  return {
    onEvent: (event) => {
      end ??= every(() => lines.tick());
      lines.take(event);
    },
    // More events may come later: first there may be a question to the person.
    stop: () => {
      end?.();
      end = undefined;
      lines.flush();
    },
  };
}

interface Wait {
  stage: Stage;
  message: string;
}

class PlainLines {
  /** The present wait, and since when for this stage. */
  #wait: (Wait & { since: number }) | undefined;
  #printed: (Wait & { at: number }) | undefined;
  #step: { name: string; since: number } | undefined;
  #lastLine: number;

  constructor(private readonly session: Session) {
    this.#lastLine = session.io.now();
  }

  take(event: ProvisionEvent): void {
    switch (event.type) {
      case 'step':
        this.#takeStep(event);
        break;
      case 'stage':
        this.#wait = undefined;
        this.#note(stageLine(event));
        break;
      case 'waiting':
        this.#takeWait(event);
        break;
      case 'lost':
        this.#note(`lost ${event.stage}: ${event.message}`);
        break;
      case 'warning':
        this.#note(`warning: ${warningOf(event, this.session.io.programName)}`);
        break;
    }
  }

  tick(): void {
    const now = this.session.io.now();
    if (this.#wait !== undefined && !this.#isPrinted() && now - (this.#printed?.at ?? 0) >= pauseMs) this.#printWait();
    else if (now - this.#lastLine >= heartbeatMs) this.#heartbeat(now);
  }

  /** Prints the lines that were held back. */
  flush(): void {
    if (this.#wait !== undefined && !this.#isPrinted()) this.#printWait();
  }

  #takeStep({ step, state, detail }: Extract<ProvisionEvent, { type: 'step' }>): void {
    this.#step = state === 'start' ? { name: step, since: this.session.io.now() } : undefined;
    // A long step gets a line at its start; the step around it has its own last line.
    if (state === 'start' && step.startsWith('wait for ')) this.#note(step);
    // No line for a step that had nothing to do and has no detail.
    if (state === 'done' || (state === 'skipped' && detail !== undefined)) this.#note(`${step}: ${state}${detail === undefined ? '' : ` (${detail})`}`);
  }

  #takeWait({ stage, message }: Wait): void {
    const now = this.session.io.now();
    this.#wait = { stage, message, since: this.#wait?.stage === stage ? this.#wait.since : now };
    if (this.#isPrinted() || (stage === this.#printed?.stage && now - this.#printed.at < pauseMs)) return;
    this.#printWait();
  }

  #isPrinted(): boolean {
    return this.#printed?.stage === this.#wait?.stage && this.#printed?.message === this.#wait?.message;
  }

  #printWait(): void {
    const { stage, message } = this.#wait!;
    this.#printed = { stage, message, at: this.session.io.now() };
    this.#note(`waiting for ${stage}: ${message}`);
  }

  #heartbeat(now: number): void {
    const spent = (since: number): string => formatSeconds(Math.floor((now - since) / 1000));
    if (this.#wait !== undefined) this.#note(`still waiting for ${this.#wait.stage} after ${spent(this.#wait.since)}: ${this.#wait.message}`);
    else if (this.#step !== undefined) this.#note(`still at: ${this.#step.name} (${spent(this.#step.since)})`);
  }

  #note(line: string): void {
    this.#lastLine = this.session.io.now();
    this.session.printer.note(line);
  }
}
