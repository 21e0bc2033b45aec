import { existsSync, mkdirSync } from 'node:fs';
import { operatorPaths } from '../operator/paths.js';
import { startOperator } from '../operator/start.js';
import { writeDeviceFile } from '../real-node/device-file.js';
import { realNodePaths } from '../real-node/paths.js';
import { prepareRealNode } from '../real-node/prepare.js';
import { startRealNode } from '../real-node/start.js';
import { giveHostBack } from '../real-node/stop.js';
import { adminApi, bootKubernetes, bootKubeVirt } from './boot.js';
import { buildPrograms, type Programs } from './build-programs.js';
import { coldInstall } from './cold-install.js';
import * as components from './components.js';
import type { LabContext } from './context.js';
import { step, type OnLabEvent } from './events.js';
import { readHubConfig, startHub } from './hub.js';
import { ensureKubernetesPki } from './kubernetes-pki.js';
import { withLock } from './lock.js';
import { labPaths, type LabPaths } from './paths.js';
import { isRunning, listRecords, startProcess } from './processes.js';
import { pinnedVersions } from './program-groups.js';
import { restoreSnapshot, takeSnapshot } from './snapshot.js';
import { choosePorts, loadState, newState, portsAreFree, saveState, type LabState } from './state.js';
import { removeFiles, stopAll } from './stop.js';
import { requireLinux } from './toolchain.js';

export interface LabUpOptions {
  /** Labs of different names run side by side; default `default`. */
  name?: string;
  /** Receives the steps and their times. */
  onEvent?: OnLabEvent;
  signal?: AbortSignal;
  /** Install KubeVirt again even if there is a snapshot, and replace the snapshot. */
  cold?: boolean;
  /** For `EDGE_VM_CACHE_DIR`, `EDGE_VM_STATE_DIR` and the XDG folders. */
  env?: NodeJS.ProcessEnv;
  /** `real`: besides the simulated nodes, a node whose guests really boot; needs root. A lab that has such a node keeps it. */
  node?: 'real';
  /** Run edge-vm's operator with the rights of its ServiceAccount. A lab that has an operator keeps it. */
  operator?: boolean;
  /** Folder of aziot-edge and aziot-identity-service packages for guests of the real node. Default: the stand-ins. */
  edgePackages?: string;
}

export interface LabUpResult {
  name: string;
  /** `running`: it was up already; `restarted`: it was there but stopped, wholly or in part. */
  outcome: 'running' | 'restarted' | 'restored' | 'installed';
  /** Path of the admin's kubeconfig. */
  kubeconfig: string;
  /** Path of an EdgeDevice whose guest boots on the real node, where there is one. */
  deviceFile?: string;
  /** Whether the lab has an operator. */
  operator: boolean;
  seconds: number;
}

/**
 * Brings a lab up: a real Kubernetes and KubeVirt with simulated nodes, and the lab hub, as this user's processes on
 * loopback. It is safe to repeat: it only checks a lab that runs, starts a stopped lab again, and makes a lab again if an
 * earlier run was interrupted. Throws `missing-prerequisite` if Go is missing or the platform is not Linux.
 */
export async function labUp(options: LabUpOptions = {}): Promise<LabUpResult> {
  requireLinux();
  const begun = performance.now();
  const name = options.name ?? 'default';
  const onEvent = options.onEvent ?? (() => {});
  const paths = labPaths(name, options.env);
  const { signal } = options;
  const programs = await buildPrograms({ cache: paths.cache, onEvent, signal });
  const wantsReal = options.node === 'real' || existsSync(realNodePaths(paths).record);
  const real = wantsReal ? await prepareRealNode({ cache: paths.cache, state: paths.state, env: options.env ?? process.env, edgePackages: options.edgePackages, onEvent, signal }) : undefined;
  const operator = options.operator === true || existsSync(operatorPaths(paths).record);
  const { deviceFile, repositoryKey } = realNodePaths(paths);
  const request = { name, paths, programs, onEvent, signal, cold: options.cold ?? false };
  const outcome = await withLock(paths.lock, { what: `another command on lab ${name} to end`, timeout: 600_000, signal }, async () => {
    const found = await bringUp(request);
    if (real !== undefined) {
      await inContext(request, (context) => startRealNode(context, real));
      writeDeviceFile({ file: deviceFile, hubCa: readHubConfig(paths)!.tls.ca, repositoryKey });
    }
    if (operator) await inContext(request, startOperator);
    return found;
  });
  return { name, outcome, kubeconfig: paths.kubeconfig, operator, ...(real === undefined ? {} : { deviceFile }), seconds: Math.round((performance.now() - begun) / 10) / 100 };
}

interface BringUp {
  name: string;
  paths: LabPaths;
  programs: Programs;
  onEvent: OnLabEvent;
  signal: AbortSignal | undefined;
  cold: boolean;
}

async function bringUp(request: BringUp): Promise<LabUpResult['outcome']> {
  const { paths } = request;
  const state = loadState(paths);
  if (state?.phase === 'ready' && !request.cold) {
    const context = contextOf(request, state);
    try {
      return await resume(context);
    } finally {
      context.api.close();
    }
  }
  return make(request);
}

/** A lab that was ready once: starts the parts that do not run, from their data. */
async function resume(context: LabContext): Promise<'running' | 'restarted'> {
  const { paths, state, api, signal } = context;
  const records = listRecords(paths);
  const running = records.filter(isRunning).map(({ name }) => name);
  if (running.length >= runningProcesses && running.length === records.length && (await api.ready(signal))) return 'running';
  // Another program may have taken the port of a process that ended. Another port means another configuration for all.
  if (!(await portsAreFree(state, running))) {
    await stopAll(paths);
    Object.assign(state, await choosePorts());
    saveState(paths, state);
    context.api = adminApi(paths, state);
  }
  await startLab(context);
  return 'restarted';
}

// etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok, virt-api, virt-controller, world, hub.
const runningProcesses = 9;

async function inContext(request: BringUp, work: (context: LabContext) => Promise<void>): Promise<void> {
  const context = contextOf(request, loadState(request.paths)!);
  try {
    await work(context);
  } finally {
    context.api.close();
  }
}

async function make(request: BringUp): Promise<'restored' | 'installed'> {
  const { paths, programs, onEvent } = request;
  await stopAll(paths);
  await giveHostBack(paths);
  removeFiles(paths);
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  const restored = !request.cold && (await restoreSnapshot(paths, programs.key, onEvent));
  const state = await newState(request.name, programs.key, restored ? 'snapshot' : 'cold');
  saveState(paths, state);
  await ensureKubernetesPki(paths.pki);
  const context = contextOf(request, state);
  try {
    if (!restored) {
      await bootKubernetes(context);
      await coldInstall(context);
      await takeSnapshot(context);
    }
    await startLab(context);
    state.phase = 'ready';
    saveState(paths, state);
    return restored ? 'restored' : 'installed';
  } finally {
    context.api.close();
  }
}

/** Starts everything from what is in the state folder, and waits until a VirtualMachine is admitted. */
async function startLab(context: LabContext): Promise<void> {
  const hub = step('lab hub', context.onEvent, () => startHub(context));
  // It is awaited last. If it fails earlier, that must not end this process.
  hub.catch(() => {});
  await bootKubernetes(context);
  startProcess(context.paths, components.kwok(context, true));
  await bootKubeVirt(context);
  await hub;
}

function contextOf({ paths, programs, onEvent, signal }: BringUp, state: LabState): LabContext {
  return { paths, state, programs, versions: pinnedVersions(), onEvent, signal, api: adminApi(paths, state) };
}
