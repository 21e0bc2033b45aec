import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { basename, dirname, join } from 'node:path';
import type { LabContext } from './context.js';
import { step, type OnLabEvent } from './events.js';
import { runProgram } from './install/command.js';
import { readPair } from './kubeconfig.js';
import { kubernetesPki } from './kubernetes-pki.js';
import { packageFile, type LabPaths } from './paths.js';
import { stopProcess } from './processes.js';

// Certificates and tokens last ten years. Other things may age too; a new install from time to time is the simple answer.
const maxAge = 180 * 86_400_000;

// A snapshot depends on what the cold install does, as much as on the programs.
function snapshotFile(paths: LabPaths, programsKey: string): string {
  const hash = createHash('sha256').update(programsKey);
  const folder = packageFile('dist', 'src', 'control-plane', 'install');
  const files = [...readdirSync(folder).filter((file) => file.endsWith('.js')).sort().map((file) => join(folder, file)), packageFile('dist', 'src', 'control-plane', 'kubernetes-pki.js')];
  for (const file of files) hash.update(readFileSync(file));
  return join(paths.cache, 'snapshots', `${hash.digest('hex').slice(0, 16)}.tar.gz`);
}

/** Whether a warm start is possible. */
export function hasSnapshot(paths: LabPaths, programsKey: string): boolean {
  const file = snapshotFile(paths, programsKey);
  return existsSync(file) && Date.now() - statSync(file).mtimeMs < maxAge;
}

/**
 * Stops the newly installed lab in order, and keeps its data: etcd's data, keys and certificates, tokens. They do not
 * depend on ports or folders. The snapshot holds private keys, so only this user may read it.
 */
export async function takeSnapshot(context: LabContext): Promise<void> {
  const { paths, programs, onEvent } = context;
  await step('snapshot', onEvent, async (progress) => {
    await tidy(context);
    for (const name of ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver']) await stopProcess(paths, name);
    await compactEtcd(context);
    await stopProcess(paths, 'etcd');
    await stopProcess(paths, 'world');
    // If the cache is full or belongs to another user, only the next warm start is lost, not this lab.
    await writeSnapshot(paths, snapshotFile(paths, programs.key)).catch((error: unknown) => progress(`not kept: ${error instanceof Error ? error.message : String(error)}`));
  });
}

/** Puts the parts of a stopped lab into one file. It appears whole or not at all; if two processes write, the last one wins. */
export async function writeSnapshot(paths: LabPaths, file: string): Promise<void> {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const left of readdirSync(folder).filter((name) => name.endsWith('.new') && Date.now() - statSync(join(folder, name)).mtimeMs > 3_600_000)) rmSync(join(folder, left), { force: true });
  const unfinished = `${file}.${process.pid}.new`;
  try {
    // A file that tar makes would be readable for all until tar ends.
    writeFileSync(unfinished, '', { mode: 0o600 });
    await runProgram(['tar', '-C', paths.state, '-czf', unfinished, ...parts(paths)], { env: { GZIP: '-1' } });
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function parts(paths: LabPaths): string[] {
  return [paths.etcd, paths.pki, paths.tokens, paths.kubevirtCerts].map((path) => basename(path));
}

/** Puts a snapshot's content into the state folder; false if no snapshot fits. */
export async function restoreSnapshot(paths: LabPaths, programsKey: string, onEvent: OnLabEvent): Promise<boolean> {
  if (!hasSnapshot(paths, programsKey)) return false;
  return readSnapshot(paths, snapshotFile(paths, programsKey), onEvent);
}

/** Unpacks a snapshot. If it is damaged, removes it with all its files and returns false. */
export async function readSnapshot(paths: LabPaths, file: string, onEvent: OnLabEvent): Promise<boolean> {
  try {
    await step('restore snapshot', onEvent, () => runProgram(['tar', '-C', paths.state, '--no-same-owner', '-xzf', file]));
    return true;
  } catch {
    // After a damaged snapshot the lab needs a cold install. It must not use the snapshot or the files from it.
    for (const part of parts(paths)) rmSync(join(paths.state, part), { recursive: true, force: true });
    try {
      rmSync(file, { force: true });
    } catch {
      // It belongs to another user, and stays.
    }
    return false;
  }
}

// Objects that would be old or in the way after a restore.
async function tidy({ api, signal }: LabContext): Promise<void> {
  await api.remove('/apis/coordination.k8s.io/v1/namespaces/kubevirt/leases', { signal });
  await api.remove('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', { signal });
  await api.remove('/apis/batch/v1/namespaces/kubevirt/jobs?propagationPolicy=Background', { signal });
  for (const namespace of ['default', 'kubevirt']) await api.remove(`/api/v1/namespaces/${namespace}/events`, { signal });
}

// Through etcd's JSON gateway; numbers of 64 bits are strings there.
async function compactEtcd({ paths, state }: LabContext): Promise<void> {
  const range = JSON.parse(await etcdCall(paths, state.ports.etcd, '/v3/kv/range', { key: 'AA==', limit: 1 })) as { header: { revision: string } };
  await etcdCall(paths, state.ports.etcd, '/v3/kv/compaction', { revision: range.header.revision, physical: true });
  await etcdCall(paths, state.ports.etcd, '/v3/maintenance/defragment', {});
}

async function etcdCall(paths: LabPaths, port: number, path: string, body: unknown): Promise<string> {
  const pki = kubernetesPki(paths.pki);
  const { cert, key } = readPair(pki.etcd);
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', cert, key, ca: readFileSync(pki.ca.cert), timeout: 30_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`etcd ${path}: ${response.statusCode} ${text}`))));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`etcd ${path}: no answer`)));
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}
