import type { LabEvent } from '../commands/lab-port.js';
import type { Session } from '../run/session.js';
import { formatSeconds } from './format.js';
import type { LiveLine } from './progress.js';

/** Progress of the lab's own steps. */
interface LabProgress {
  onEvent(event: LabEvent): void;
  stop(): void;
}

/** Seconds between two lines about the same step if no line can be redrawn; a build takes minutes. */
const plainPause = 15;

/** Steps may overlap (the hub starts beside Kubernetes), so each finished one gets its own line. */
export async function makeLabProgress(session: Session): Promise<LabProgress> {
  const { note } = session.printer;
  const line: LiveLine | undefined = session.printer.live ? (await import('./live-line.js')).makeLiveLine(session) : undefined;
  /** Step → its second at its last line. */
  const shownAt = new Map<string, number>();
  return {
    onEvent(event) {
      const rest = `${event.step.padEnd(24)} ${formatSeconds(event.seconds).padStart(8)}${event.detail === undefined ? '' : `  ${event.detail}`}`;
      if (event.state !== 'started' && event.state !== 'progress') {
        const text = `${mark(event, session)} ${rest}`;
        if (line === undefined) note(text);
        else line.above(text);
      } else if (line !== undefined) {
        line.show(event.detail === undefined ? event.step : `${event.step}  ${event.detail}`);
      } else if (event.state === 'started') {
        shownAt.set(event.step, event.seconds);
      } else if (event.seconds - (shownAt.get(event.step) ?? 0) >= plainPause) {
        shownAt.set(event.step, event.seconds);
        note(`  ${rest}`);
      }
    },
    stop: () => line?.stop(),
  };
}

function mark(event: LabEvent, { printer: { style } }: Session): string {
  if (event.state === 'failed') return style.red('✖');
  return event.state === 'skipped' ? style.dim('-') : style.green('✔');
}
