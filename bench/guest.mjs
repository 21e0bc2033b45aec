// `npm run bench -- guest`: time and memory from nothing to a device whose guest really boots; needs root.
// BENCH_COLD=1 begins with empty caches, Go's modules and builds included.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labDown, labEnv, labUp } from '../lab/dist/src/index.js';

const usedMiB = () => {
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))[1]);
  return (of('MemTotal') - of('MemAvailable')) / 1024;
};

/** Rows of { part, seconds, peakMiB }: peakMiB is the highest memory use of the machine, minus its use before the start. */
class Stopwatch {
  rows = [];
  #base = usedMiB();
  #peak = 0;
  #timer = setInterval(() => (this.#peak = Math.max(this.#peak, usedMiB() - this.#base)), 500);

  lap(part, seconds) {
    this.#peak = Math.max(this.#peak, usedMiB() - this.#base);
    this.rows.push({ part, seconds, peakMiB: Math.max(0, this.#peak) });
    process.stderr.write(`${part}: ${Number.isNaN(seconds) ? '' : `${seconds.toFixed(1)} s, `}${Math.max(0, this.#peak).toFixed(0)} MiB\n`);
    this.#peak = 0;
  }

  stop() {
    clearInterval(this.#timer);
  }
}

export async function measureGuest({ edgeVm }) {
  const folder = mkdtempSync(join(tmpdir(), 'edge-vm-bench-guest-'));
  const cold = process.env.BENCH_COLD === '1';
  if (cold) Object.assign(process.env, { GOCACHE: join(folder, 'go'), GOMODCACHE: join(folder, 'go-modules'), GOFLAGS: '-modcacherw' });
  const env = { ...process.env, EDGE_VM_STATE_DIR: join(folder, 'state'), ...(cold ? { EDGE_VM_CACHE_DIR: join(folder, 'cache') } : {}) };
  const name = 'bench-guest';
  const watch = new Stopwatch();
  // The lab's processes do not end with this one, so this one takes the lab down before it ends.
  const abort = new AbortController();
  const { signal } = abort;
  for (const one of ['SIGINT', 'SIGTERM']) process.once(one, () => abort.abort());
  process.stderr.write(`Should this be killed: EDGE_VM_STATE_DIR=${env.EDGE_VM_STATE_DIR} bin/edge-vm lab down --name ${name}\n`);
  try {
    const { deviceFile } = await labUp({ name, node: 'real', env, signal, onEvent: ({ step, state, seconds }) => void (state === 'done' && watch.lap(step, seconds)) });
    const seconds = await create({ edgeVm, lab: labEnv({ name, env }), deviceFile, watch, signal });
    watch.rows.push({ part: 'create to connected, in all', seconds, peakMiB: Math.max(...watch.rows.map(({ peakMiB }) => peakMiB)) });
    await labDown({ name, env });
    const from = performance.now();
    await labUp({ name, node: 'real', env, signal, onEvent: () => {} });
    watch.lap('a second start, from the cache', (performance.now() - from) / 1000);
  } finally {
    await labDown({ name, env });
    watch.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return watch.rows;
}

async function create({ edgeVm, lab, deviceFile, watch, signal }) {
  const args = ['create', 'bench-01', '-f', deviceFile, '--timeout', '30m', '-o', 'json'];
  const child = spawn(process.execPath, [edgeVm, ...args], { env: { ...process.env, ...lab }, stdio: ['ignore', 'pipe', 'pipe'], signal });
  let output = '';
  let before = 0;
  child.stdout.on('data', (chunk) => (output += chunk));
  const told = new Set();
  let unread = '';
  child.stderr.on('data', (chunk) => {
    const lines = `${unread}${chunk}`.split('\n');
    unread = lines.pop();
    for (const [, stage] of lines.join('\n').matchAll(/^(disk|scheduled|running|booted|engine|runtime|configured|connected) +\d/gm)) {
      if (told.has(stage)) continue;
      told.add(stage);
      watch.lap(stage, NaN);
    }
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`create ended with exit code ${code}:\n${output}`);
  const { seconds } = JSON.parse(output);
  for (const row of watch.rows) {
    if (!told.has(row.part)) continue;
    row.seconds = seconds[row.part] - before;
    before = seconds[row.part];
  }
  return seconds.connected;
}
