import { spawn } from 'node:child_process';
import { environment } from './cli.js';
import { EDGE_VM } from './paths.js';

/** The built command at its own terminal, as a person runs it. Its standard output goes into a file. */
export interface AtTerminal {
  /** Resolves with all that was shown so far when it contains the words. Rejects if the command ends before. */
  shows: (words: string) => Promise<string>;
  type: (text: string) => void;
  /** Exit code, and all that was shown. */
  done: Promise<{ code: number | null; screen: string }>;
}

/** Starts it with `script` (util-linux), which gives it a terminal. */
export function atTerminal(args: readonly string[], options: { env: Record<string, string | undefined>; stdoutFile: string; cwd: string }): AtTerminal {
  const command = [process.execPath, EDGE_VM, ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 200; ${command} > ${quoted(options.stdoutFile)}`, '/dev/null'], { env: { ...environment(options.env), TERM: 'xterm' }, cwd: options.cwd, stdio: 'pipe' });
  let screen = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((one) => one());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    look();
  });
  const done = new Promise<{ code: number | null; screen: string }>((resolve) => {
    child.on('close', (code) => {
      ended = true;
      look();
      resolve({ code, screen });
    });
  });
  return {
    done,
    type: (text) => void child.stdin.write(text),
    shows: (words) => new Promise((resolve, reject) => {
      const check = (): void => {
        if (screen.includes(words)) resolve(screen);
        else if (ended) reject(new Error(`the command ended without showing "${words}":\n${screen}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    }),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll('\'', String.raw`'\''`)}'`;
}
