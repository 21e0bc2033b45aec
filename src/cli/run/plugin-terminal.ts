import type { PluginOptions } from '../../cluster/index.js';
import type { Session } from './session.js';

/** Milliseconds after which a line that has not ended is shown: it is a question, and its answer stands behind it. */
const questionMs = 50;

/**
 * The terminal for a credential plugin of the kubeconfig: it may ask where somebody can answer and the command itself reads nothing
 * there. What it says is shown as a stranger's word, line by line, and no progress is drawn over it.
 */
export function pluginTerminal(session: Session): PluginOptions {
  const { io, redactor } = session;
  let rest = '';
  let timer: NodeJS.Timeout | undefined;
  const write = (text: string, end: string): void => {
    // Ends of a line are kept as they are: a question ends in a space.
    const [, before = '', words = '', after = ''] = /^([ \t]*)(.*?)([ \t]*)$/su.exec(text) ?? [];
    session.line?.hold();
    io.stderr.write(`${before}${redactor.cleanForeign(words)}${after}${end}`);
  };
  const flush = (end = ''): void => {
    clearTimeout(timer);
    if (rest !== '') write(rest, end);
    rest = '';
  };
  return {
    interactive: () => io.stdin.isTTY === true && !session.text.stdinTaken(),
    onRun(state, interactive) {
      if (state === 'started') {
        if (interactive) session.line?.hold();
        return;
      }
      flush('\n');
      session.line?.release();
    },
    onOutput(text) {
      clearTimeout(timer);
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) write(line, '\n');
      if (rest !== '') timer = setTimeout(flush, questionMs);
    },
  };
}
