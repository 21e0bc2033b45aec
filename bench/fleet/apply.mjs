// Many devices at once from a laptop: `edge-vm apply -f`, beside kubectl and a bare client with the same objects.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measured } from './process.mjs';
import { countOf, median, namespace, say, until } from './scene.mjs';

const connections = 32;

/**
 * The VMs are halted and have no disk to import, so that the lab's simulators and KubeVirt have next to nothing to do while the API server is
 * measured. The devices have connection strings, and the hub is not asked: it is not what this compares.
 */
export async function measureApply(scene, { devices, rounds }) {
  // An operator would put back what this deletes.
  if (await countOf(scene, 'vm,secret') > 0) throw new Error('the lab has devices of another run: bin/edge-vm lab down && bin/edge-vm lab up --operator');
  const fleet = writeFleet(scene, devices);
  const edgeVm = ['apply', '-f', fleet, '-n', namespace, '--no-wait', '--skip-credential-check', '--yes'];
  const file = await record(scene, edgeVm);
  const sides = [
    { name: 'bare client, 32 connections', run: () => bare(scene, file.bare) },
    { name: 'edge-vm apply -f', run: () => ours(scene, edgeVm) },
    { name: 'kubectl apply', run: () => theirs(scene, ['apply', '-v=6', '-f', file.objects]) },
    { name: 'kubectl apply --server-side', run: () => theirs(scene, ['apply', '-v=6', '--server-side', '-f', file.objects]) },
  ];
  const results = sides.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    // The first one of a round has the API server's empty caches: each has its turn.
    const order = sides.map((_, at) => (at + round - 1) % sides.length);
    for (const at of order) {
      const result = await sides[at].run();
      const made = await countOf(scene, 'vm,secret');
      if (made !== 2 * devices) throw new Error(`${sides[at].name} made ${made} objects of ${2 * devices}`);
      results[at].push(result);
      say(`round ${round}: ${sides[at].name}: ${result.seconds.toFixed(1)} s`);
      await clear(scene);
    }
  }
  return sides.map(({ name }, at) => {
    const of = (pick) => median(results[at].map(pick));
    const rates = results[at].map(({ seconds }, round) => results[0][round].seconds / seconds);
    return {
      name, objectsPerSecond: (2 * devices) / of(({ seconds }) => seconds), requests: of(({ requests }) => requests), connections: of((one) => one.connections),
      peakMiB: of(({ peakMiB }) => peakMiB), cpuSeconds: of(({ cpuSeconds }) => cpuSeconds), seconds: of(({ seconds }) => seconds), share: median(rates), writes: file.writes,
    };
  });
}

function writeFleet({ root, folder }, devices) {
  const at = join(folder, 'devices');
  mkdirSync(at);
  const template = readFileSync(join(root, 'vm-templates/ubuntu-24.04.yaml'), 'utf8')
    .replace('runStrategy: Always', 'runStrategy: Halted')
    .replace(/^ {2}dataVolumeTemplates:\n(?: {4}.*\n|\n)*/m, '')
    .replace(/dataVolume:\n +name: edge-device-root/, 'persistentVolumeClaim:\n            claimName: edge-device-root');
  writeFileSync(join(at, 'halted.yaml'), template);
  const documents = Array.from({ length: devices }, (_, index) => {
    const name = `bench-${String(index + 1).padStart(4, '0')}`;
    const key = join(at, `${name}.txt`);
    // A made-up key: nothing connects with it.
    writeFileSync(key, `HostName=bench.example.test;DeviceId=${name};SharedAccessKey=${Buffer.alloc(32, index % 256).toString('base64')}`, { mode: 0o600 });
    return JSON.stringify({ apiVersion: 'edge-vm.io/v1alpha1', kind: 'EdgeDevice', metadata: { name }, spec: { identity: { connectionString: { file: key } }, vm: { templateFile: './halted.yaml' } } });
  });
  const fleet = join(at, 'fleet.yaml');
  writeFileSync(fleet, documents.join('\n---\n'));
  return fleet;
}

/** A first run, which does not count: what edge-vm writes is what the others write too. */
async function record(scene, args) {
  const { edgeVm, folder, root, server, credentials, port } = scene;
  const log = join(folder, 'writes');
  const { host } = new URL(server);
  await measured({ file: process.execPath, args: ['--require', join(root, 'bench/fleet/record.cjs'), edgeVm, ...args], env: { ...without(scene.env), BENCH_RECORD: log, BENCH_SERVER: host }, cwd: root, port });
  await clear(scene);
  const chains = new Map();
  for (const write of readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line))) {
    const name = /\/(?:secrets|virtualmachines)\/([^/?]+?)(?:-cloud-init)?\?/.exec(write.path)[1];
    chains.set(name, [...(chains.get(name) ?? []), write]);
  }
  rmSync(log);
  const all = [...chains.values()];
  const objects = all.flatMap((writes) => {
    const first = new Map();
    for (const { path, body } of writes) if (!first.has(path.split('?')[0])) first.set(path.split('?')[0], JSON.parse(body));
    return [...first.values()];
  });
  const file = { objects: join(folder, 'objects.json'), bare: join(folder, 'bare.json'), writes: all.flat().length };
  writeFileSync(file.objects, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), { mode: 0o600 });
  const uidOf = (writes) => writes.map(({ body }) => /"ownerReferences":\[\{[^\]]*?"uid":"([^"]+)"/.exec(body)?.[1]).find((one) => one !== undefined);
  writeFileSync(file.bare, JSON.stringify({ server, ...credentials, connections, chains: all.map((writes) => ({ writes, uid: uidOf(writes) })) }), { mode: 0o600 });
  return file;
}

async function ours({ edgeVm, env, root, port }, args) {
  const result = await measured({ file: process.execPath, args: [edgeVm, ...args], env: { ...without(env), EDGE_VM_DEBUG: '1' }, cwd: root, port });
  const match = /debug: cluster: (\d+) requests, (\d+) connections/.exec(result.stderr);
  return { ...result, requests: Number(match[1]), connections: Number(match[2]) };
}

async function bare({ env, root, port }, file) {
  const result = await measured({ file: process.execPath, args: [join(root, 'bench/fleet/bare.mjs'), file], env, cwd: root, port });
  return { ...result, ...JSON.parse(result.stdout) };
}

/** Its log of level 6 has one line for each request. */
async function theirs({ kubectl, env, root, port }, args) {
  const result = await measured({ file: kubectl, args: [...args, '-n', namespace], env, cwd: root, port });
  return { ...result, requests: (result.stderr.match(/verb="[A-Z]+" url=|\b(?:GET|POST|PUT|PATCH) https?:\/\/\S+ \d{3}/g) ?? []).length };
}

/** Without the hub's credential, edge-vm asks no hub. */
function without({ EDGE_VM_HUB_CONNECTION_STRING: _secret, ...env }) {
  return env;
}

export async function clear(scene) {
  await scene.k(['delete', 'vm,secret', '--all', '-n', namespace, '--wait=false', '--cascade=background']);
  await until('the objects to be gone', 600, async () => {
    const left = await countOf(scene, 'vm,secret,datavolume,pvc');
    return left === 0 ? true : `${left} are left`;
  });
}
