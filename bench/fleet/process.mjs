// Runs a process and measures it from outside, by the same way for every program: /proc.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/** Peak and present memory in MiB; undefined once the process has ended. */
export function memoryOf(pid) {
  const status = read(`/proc/${pid}/status`);
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1] ?? NaN) / 1024;
  return status === undefined || Number.isNaN(of('VmHWM')) ? undefined : { peak: of('VmHWM'), now: of('VmRSS') };
}

/** Seconds of CPU that a process has used. */
export function cpuOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Open connections of a process to a port of this machine. */
export function connectionsOf(pid, port) {
  const to = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const table = `${read(`/proc/${pid}/net/tcp`) ?? ''}\n${read(`/proc/${pid}/net/tcp6`) ?? ''}`;
  const inodes = new Set(table.split('\n').map((line) => line.trim().split(/\s+/)).filter((at) => at[2]?.endsWith(to) && at[3] === '01').map((at) => at[9]));
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
      const socket = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`));
      return socket !== null && inodes.has(socket[1]);
    }).length;
  } catch {
    return undefined;
  }
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/**
 * @param {{file: string, args: string[], env: NodeJS.ProcessEnv, cwd: string, port: number}} command
 * @returns {Promise<{seconds: number, peakMiB: number, cpuSeconds: number, connections: number, stdout: string, stderr: string}>}
 *   of the whole process: `cpuSeconds` and `peakMiB` as they were at most 20 ms before its end, `connections` the most at the same time
 */
export function measured({ file, args, env, cwd, port }) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const result = { seconds: 0, peakMiB: 0, cpuSeconds: 0, connections: 0, stdout: '', stderr: '' };
    const look = setInterval(() => {
      result.peakMiB = Math.max(result.peakMiB, memoryOf(child.pid)?.peak ?? 0);
      result.cpuSeconds = Math.max(result.cpuSeconds, cpuOf(child.pid) ?? 0);
    }, 20);
    const count = setInterval(() => (result.connections = Math.max(result.connections, connectionsOf(child.pid, port) ?? 0)), 500);
    child.stdout.on('data', (chunk) => (result.stdout += chunk));
    child.stderr.on('data', (chunk) => (result.stderr += chunk));
    const end = () => [look, count].forEach(clearInterval);
    child.on('error', (error) => {
      end();
      reject(error);
    });
    child.on('close', (code) => {
      end();
      result.seconds = (performance.now() - from) / 1000;
      if (code === 0) resolve(result);
      else reject(new Error(`${[file, ...args].slice(0, 4).join(' ')} ended with exit code ${code}: ${result.stderr.slice(-2000)}`));
    });
  });
}
