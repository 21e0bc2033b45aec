import type { LabEvent } from '../commands/lab-port.js';
import type { Session } from '../run/session.js';
import { formatSeconds } from './format.js';
import type { LiveLine } from './progress.js';

/** Progress of the lab's own steps. */
interface LabProgress {
  onEvent(event: LabEvent): void;
  stop(): void;
}

/** Steps may overlap (programs are built side by side), so each finished one gets its own line. */
export async function makeLabProgress(session: Session): Promise<LabProgress> {
  const { printer } = session;
  const line: LiveLine = printer.live
    ? (await import('./live-line.js')).makeLiveLine(session)
    : { show: () => undefined, above: (text) => printer.note(text), stop: () => undefined };
  return {
    onEvent(event) {
      const detail = event.detail === undefined ? '' : `  ${event.detail}`;
      if (event.state === 'started' || event.state === 'progress') line.show(`${event.step}${detail}`);
      else line.above(`${mark(event, session)} ${event.step.padEnd(24)} ${formatSeconds(event.seconds).padStart(8)}${detail}`);
    },
    stop: () => line.stop(),
  };
}

function mark(event: LabEvent, { printer: { style } }: Session): string {
  if (event.state === 'failed') return style.red('✖');
  return event.state === 'skipped' ? style.dim('-') : style.green('✔');
}
