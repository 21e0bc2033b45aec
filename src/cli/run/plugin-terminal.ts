import type { PluginOptions } from '../../cluster/index.js';
import type { Session } from './session.js';

/** After these milliseconds, a line without an end is shown: it is a question, and the answer comes behind it. */
const questionMs = 50;

/**
 * The terminal for a credential plugin of the kubeconfig: it may ask if somebody can answer, and if the command itself does not read
 * there. Its output is untrusted: it is shown cleaned, line by line, and no progress is drawn over it.
 */
export function pluginTerminal(session: Session): PluginOptions {
  const { io, redactor } = session;
  let rest = '';
  let timer: NodeJS.Timeout | undefined;
  const write = (text: string, end: string): void => {
    // Keeps spaces at the end of a line: a question ends with a space.
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
