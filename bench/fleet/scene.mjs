// What all parts of the fleet measurement share: the lab's addresses, kubectl, and a namespace of their own.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const namespace = 'bench';

/** @returns what the parts need of a running lab, or `undefined` if it is not up */
export function openScene({ root, edgeVm, folder, name }) {
  const run = (...args) => spawnSync(process.execPath, [edgeVm, 'lab', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
  const lab = JSON.parse(run('status', '--name', name, '-o', 'json') || '{}');
  if (lab.state !== 'up') return undefined;
  const env = { ...process.env, ...JSON.parse(run('env', '--name', name, '--shell', 'json')) };
  const kubectl = join(run('tools').trim().split(':')[0], 'kubectl');
  const config = JSON.parse(spawnSync(kubectl, ['config', 'view', '--raw', '--minify', '-o', 'json'], { env, encoding: 'utf8' }).stdout);
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const user = config.users[0].user;
  const decode = (text) => Buffer.from(text, 'base64').toString();
  return {
    root, edgeVm, folder, env, lab, kubectl, server, port: Number(new URL(server).port),
    credentials: { ca: decode(ca), cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) },
    pid: (process) => lab.processes.find((one) => one.name === process)?.pid,
    /** kubectl's output. */
    k: (args, input) => output(kubectl, [...args], env, input),
  };
}

function output(file, args, env, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(stdout) : reject(new Error(`kubectl ${args.slice(0, 4).join(' ')}: ${stderr}`))));
    child.stdin.end(input ?? '');
  });
}

/** Waits until `look` gives something; throws with the last words after the limit. */
export async function until(what, limitSeconds, look, everyMs = 500) {
  const end = Date.now() + limitSeconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && typeof found !== 'string') return found;
    if (Date.now() > end) throw new Error(`not in ${limitSeconds} s: ${what}${found === undefined ? '' : `: ${found}`}`);
    await pause(everyMs);
  }
}

/** How many objects of these types there are in the namespace. */
export async function countOf(scene, types) {
  return (await scene.k(['get', types, '-n', namespace, '-o', 'name', '--chunk-size=0'])).split('\n').filter(Boolean).length;
}

export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
export const say = (text) => process.stderr.write(`${text}\n`);
