// Runs a command at a terminal of its own, and notes what it writes and when.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const width = 90;

/** Output that comes within this time is one event. */
const joinMs = 15;

const quoted = (text) => `'${text.replaceAll('\'', String.raw`'\''`)}'`;

/** Shows a prompt with the command, runs it, and gives the recording. Rejects if it ends with another exit code. */
export async function recordCommand(root, { command, rows, exit, title }) {
  const words = command.replace(/^edge-vm/, quoted(join(root, 'bin/edge-vm')));
  const line = `stty cols ${width} rows ${rows}; printf '%s\\n' ${quoted(`\u001B[2m$\u001B[22m ${command}`)}; ${words}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], { cwd: join(root, 'docs/examples/files'), env: { ...process.env, TERM: 'xterm-256color' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const events = [];
  let begun;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    begun ??= performance.now();
    const seconds = (performance.now() - begun) / 1000;
    const last = events.at(-1);
    if (last !== undefined && seconds - last[0] < joinMs / 1000) last[1] += text;
    else events.push([seconds, text]);
  });
  const [code] = await once(child, 'close');
  if (code !== exit) throw new Error(`${command}: exit code ${code} in place of ${exit}:\n${events.map(([, text]) => text).join('')}`);
  return { width, height: rows, title, events };
}

/** Runs edge-vm and shows only its errors. */
export function runQuietly(root, args) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/edge-vm'), ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
