import yoctoSpinner from 'yocto-spinner';
import type { Session } from '../run/session.js';
import { formatSeconds } from './format.js';
import type { LiveLine } from './progress.js';
import { cutMiddle } from './table.js';

/** A spinner on stderr; the line never wraps, and says how long it has been the same. */
export function makeLiveLine(session: Session): LiveLine & NonNullable<Session['line']> {
  const { io, redactor, printer } = session;
  const spinner = yoctoSpinner({
    stream: (wantsNoColor(session) ? plainStream(io.stderr) : io.stderr) as unknown as NodeJS.WriteStream,
    // It would exit the process itself.
    handleSignals: false,
  });
  let text = '';
  let since = io.now();
  const draw = (): void => {
    const seconds = (io.now() - since) / 1000;
    const elapsed = seconds < 1 ? '' : ` (${formatSeconds(Math.floor(seconds))})`;
    const room = ((io.stderr.columns ?? 0) || 80) - 3 - elapsed.length;
    spinner.text = `${cutMiddle(redactor.clean(text), room)}${elapsed}`;
  };
  let timer: NodeJS.Timeout | undefined;
  let held = false;
  const start = (): void => {
    if (spinner.isSpinning || held) return;
    spinner.start();
    timer = setInterval(draw, 1000);
    timer.unref();
  };
  const stop = (): void => {
    clearInterval(timer);
    spinner.stop();
  };
  return {
    show(next) {
      if (next !== text) since = io.now();
      text = next;
      start();
      if (!held) draw();
    },
    above(line) {
      const spinning = spinner.isSpinning;
      stop();
      printer.note(line);
      if (spinning) start();
    },
    stop,
    hold() {
      held = true;
      stop();
    },
    release() {
      held = false;
      if (text === '') return;
      start();
      draw();
    },
  };
}

function wantsNoColor({ printer }: Session): boolean {
  return printer.style.cyan('x') === 'x';
}

/** The spinner itself decides about colours from the process; here `--no-color` wins. */
function plainStream(stream: Session['io']['stderr']): object {
  const wrapped = Object.create(stream) as { write(text: string): unknown };
  // Removes only colours: the sequences that redraw the line end differently.
  wrapped.write = (text) => stream.write(text.replaceAll(/\u001B\[[\d;]*m/g, ''));
  return wrapped;
}

