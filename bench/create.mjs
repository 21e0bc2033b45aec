// One `edge-vm create` on the running lab, and the same device by `kubectl apply` and `kubectl wait`: requests,
// connections, memory and time. At the end, all that was made is deleted.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectHub, SecretValue } from '../dist/src/index.js';

const name = 'gw-bench';

/** Loaded into the measured process: writes its peak memory when it ends. */
const hook = (file) => `process.on('exit',()=>require('node:fs').writeFileSync(${JSON.stringify(file)},String(process.resourceUsage().maxRSS)))`;

/** @returns {Promise<{what: string, edgeVm: string, kubectl: string, ratio: string}[]>} one row for each measure; an empty text if kubectl has none */
export async function measureCreate({ root, edgeVm, folder, lab, kubectl }) {
  const env = { ...process.env, ...labEnvironment(edgeVm, lab) };
  const rssFile = join(folder, 'rss');
  writeFileSync(join(folder, 'hook.cjs'), hook(rssFile));
  try {
    const own = await runCreate({ root, edgeVm, folder, env, rssFile });
    await remove(edgeVm, env, root, []);
    const peer = await runKubectl({ root, edgeVm, folder, env, kubectl });
    const row = (what, ours, theirs, digits = 0) => ({ what, edgeVm: ours.toFixed(digits), kubectl: theirs === undefined ? '' : theirs.toFixed(digits), ratio: theirs === undefined ? '' : (ours / theirs).toFixed(2) });
    return [
      row('seconds to VM Ready (stage configured)', own.seconds.configured, peer.seconds, 1),
      row('seconds to stage connected', own.seconds.connected, undefined, 1),
      row('seconds, whole process', own.whole, undefined, 1),
      row('Kubernetes requests', own.cluster.requests, peer.requests),
      row('Kubernetes connections', own.cluster.connections, undefined),
      row('IoT Hub requests', own.hub.requests, undefined),
      row('IoT Hub connections', own.hub.connections, undefined),
      row('peak memory (MiB)', own.mib, undefined),
    ];
  } finally {
    await remove(edgeVm, env, root, ['--deregister', '--ignore-not-found']);
  }
}

async function runCreate({ root, edgeVm, folder, env, rssFile }) {
  const from = Date.now();
  const { stdout, stderr } = await run(process.execPath, ['--require', join(folder, 'hook.cjs'), edgeVm, 'create', name, '--register', '-o', 'json'], { ...env, EDGE_VM_DEBUG: '1' }, root);
  const whole = (Date.now() - from) / 1000;
  const count = (port) => {
    const match = new RegExp(`debug: ${port}: (\\d+) requests, (\\d+) connections`).exec(stderr);
    if (!match) throw new Error(`create did not report its ${port} requests`);
    return { requests: Number(match[1]), connections: Number(match[2]) };
  };
  return { whole, seconds: JSON.parse(stdout).seconds, cluster: count('cluster'), hub: count('hub'), mib: Number(readFileSync(rssFile, 'utf8')) / 1024 };
}

/** kubectl applies the manifests that edge-vm renders for the same device, and waits. Its log of level 6 has one line for each request. */
async function runKubectl({ root, edgeVm, folder, env, kubectl }) {
  const secret = join(folder, 'device-string');
  writeFileSync(secret, await connectionString(env), { mode: 0o600 });
  const manifests = join(folder, 'manifests.yaml');
  const { stdout } = await run(process.execPath, [edgeVm, 'render', name, '--connection-string-file', secret, '--secret=include'], env, root);
  writeFileSync(manifests, stdout, { mode: 0o600 });
  const from = Date.now();
  const applied = await run(kubectl, ['apply', '-v=6', '-f', manifests], env, root);
  const waited = await run(kubectl, ['wait', '-v=6', '--for=condition=Ready', `vm/${name}`, '--timeout=5m'], env, root);
  const requests = [applied, waited].reduce((sum, { stderr }) => sum + (stderr.match(/verb="[A-Z]+" url=|\b(?:GET|POST|PUT|PATCH) https?:\/\/\S+ \d{3}/g) ?? []).length, 0);
  return { seconds: (Date.now() - from) / 1000, requests };
}

/** From the hub, which has it since `create --register`. */
async function connectionString(env) {
  const hub = await connectHub({
    connectionString: new SecretValue(env.EDGE_VM_HUB_CONNECTION_STRING),
    endpoint: { url: env.EDGE_VM_HUB_ENDPOINT, ca: readFileSync(env.EDGE_VM_HUB_CA, 'utf8') },
  });
  try {
    const device = await hub.getDevice(name);
    return `HostName=${hub.hostname};DeviceId=${name};SharedAccessKey=${device.primaryKey.reveal()}`;
  } finally {
    hub.close();
  }
}

async function remove(edgeVm, env, root, more) {
  await run(process.execPath, [edgeVm, 'delete', name, ...more], env, root);
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
    child.on('close', (code) => (code === 0 ? resolve({ stdout, stderr }) : reject(new Error(`${args.slice(0, 3).join(' ')} ended with exit code ${code}: ${stderr}`))));
  });
}
