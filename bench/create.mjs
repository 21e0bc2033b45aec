// One `edge-vm create` on the running lab: requests, connections, memory and time, then what it made is deleted again.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Loaded into the measured process: writes its peak memory when it ends. */
const hook = (file) => `process.on('exit',()=>require('node:fs').writeFileSync(${JSON.stringify(file)},String(process.resourceUsage().maxRSS)))`;

export async function measureCreate({ root, edgeVm, folder, lab }) {
  const env = { ...process.env, ...labEnvironment(edgeVm, lab) };
  const name = 'gw-bench';
  const rssFile = join(folder, 'rss');
  writeFileSync(join(folder, 'hook.cjs'), hook(rssFile));
  const from = Date.now();
  const { code, stdout, stderr } = await run(process.execPath, ['--require', join(folder, 'hook.cjs'), edgeVm, 'create', name, '--register', '-o', 'json'], {
    ...env, EDGE_VM_DEBUG: '1',
  }, root);
  const seconds = (Date.now() - from) / 1000;
  if (code !== 0) throw new Error(`create ended with exit code ${code}: ${stderr}`);
  const result = JSON.parse(stdout);
  const count = (port) => {
    const match = new RegExp(`debug: ${port}: (\\d+) requests, (\\d+) connections`).exec(stderr);
    if (!match) throw new Error(`create did not tell its ${port} requests`);
    return { requests: match[1], connections: match[2] };
  };
  const stats = { cluster: count('cluster'), hub: count('hub') };
  spawnSync(process.execPath, [edgeVm, 'delete', name, '--deregister'], { env, cwd: root, stdio: 'ignore' });
  return {
    'seconds, whole process': seconds.toFixed(1),
    'seconds to rung connected': String(result.seconds.connected),
    'Kubernetes requests': stats.cluster.requests,
    'Kubernetes connections': stats.cluster.connections,
    'IoT Hub requests': stats.hub.requests,
    'IoT Hub connections': stats.hub.connections,
    'peak memory of create (MiB)': (Number(readFileSync(rssFile, 'utf8')) / 1024).toFixed(0),
  };
}

function labEnvironment(edgeVm, lab) {
  const { stdout } = spawnSync(process.execPath, [edgeVm, 'lab', 'env', '--name', lab, '--shell', 'json'], { encoding: 'utf8' });
  return JSON.parse(stdout);
}

function run(file, args, env, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
