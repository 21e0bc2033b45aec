import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { operatorPaths } from '../operator/paths.js';
import { readOperator, type OperatorRecord } from '../operator/record.js';
import { realNodePaths } from '../real-node/paths.js';
import { readRealNode, type RealNodeRecord } from '../real-node/record.js';
import { adminApi } from './boot.js';
import { programsKey } from './build-programs.js';
import { labPaths, type LabPaths } from './paths.js';
import { residentBytes } from './proc.js';
import { isRunning, listRecords } from './processes.js';
import { pinnedVersions, type PinnedVersions } from './program-groups.js';
import { hasSnapshot } from './snapshot.js';
import { loadState, type LabState } from './state.js';

/** One process of a lab. */
export interface ProcessStatus {
  name: string;
  pid: number;
  running: boolean;
  /** Resident memory. */
  bytes: number;
  log: string;
}

export interface LabStatus {
  name: string;
  /** `partial`: the lab exists, but not all of it runs or answers; `labUp` repairs that. */
  state: 'absent' | 'up' | 'partial' | 'stopped';
  processes: ProcessStatus[];
  /** Resident memory of all of them. */
  bytes: number;
  versions: PinnedVersions;
  server?: string;
  kubeconfig?: string;
  /** Ports of the hub on 127.0.0.1. */
  hubPorts?: { https: number; mqtt: number; amqp: number };
  /** Number of VirtualMachines; absent when the API server does not answer. */
  virtualMachines?: number;
  /** `warm`: the next lab starts from a snapshot. */
  start: 'warm' | 'cold';
  origin?: LabState['origin'];
  createdAt?: string;
  /** Whether this user could run VMs with hardware virtualization; simulated nodes need none. */
  kvm: boolean;
  /** The node whose guests really boot, when there is one. */
  realNode?: Pick<RealNodeRecord, 'name' | 'acceleration' | 'packages'>;
  /** The operator, when there is one. */
  operator?: OperatorRecord;
  /** Folder of the lab. */
  folder: string;
  /** Folder of the programs that it runs. */
  programs?: string;
}

/** Reports what there is of a lab; changes nothing. */
export async function labStatus(options: { name?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {}): Promise<LabStatus> {
  const name = options.name ?? 'default';
  const paths = labPaths(name, options.env);
  const state = loadState(paths);
  const real = readRealNode(realNodePaths(paths).record);
  const operator = readOperator(operatorPaths(paths).record);
  const processes = listRecords(paths).map((record) => {
    const running = isRunning(record);
    return { name: record.name, pid: record.pid, running, bytes: running ? residentBytes(record.pid) : 0, log: paths.log(record.name) };
  });
  const virtualMachines = state === undefined ? undefined : await countVms(paths, state, options.signal);
  const apiserver = listRecords(paths).find((record) => record.name === 'kube-apiserver')?.argv[0];
  const running = processes.filter((process) => process.running).length;
  return {
    name,
    state: stateOf({ known: state?.phase === 'ready', running, all: processes.length, answers: virtualMachines !== undefined }),
    processes,
    bytes: processes.reduce((sum, process) => sum + process.bytes, 0),
    versions: pinnedVersions(),
    start: hasSnapshot(paths, programsKey()) ? 'warm' : 'cold',
    kvm: canUse('/dev/kvm'),
    folder: paths.state,
    ...(apiserver === undefined ? {} : { programs: dirname(apiserver) }),
    ...(real === undefined ? {} : { realNode: { name: real.name, acceleration: real.acceleration, packages: real.packages } }),
    ...(operator === undefined ? {} : { operator }),
    ...(state === undefined
      ? {}
      : {
          server: `https://127.0.0.1:${state.ports.apiserver}`,
          kubeconfig: paths.kubeconfig,
          hubPorts: { https: state.ports.hubHttps, mqtt: state.ports.hubMqtt, amqp: state.ports.hubAmqp },
          origin: state.origin,
          createdAt: state.createdAt,
        }),
    ...(virtualMachines === undefined ? {} : { virtualMachines }),
  };
}

function stateOf({ known, running, all, answers }: { known: boolean; running: number; all: number; answers: boolean }): LabStatus['state'] {
  if (running === 0) return known ? 'stopped' : 'absent';
  return known && running === all && answers ? 'up' : 'partial';
}

async function countVms(paths: LabPaths, state: LabState, signal?: AbortSignal): Promise<number | undefined> {
  try {
    const api = adminApi(paths, state);
    try {
      const list = await api.json<{ items: unknown[] }>('GET', '/apis/kubevirt.io/v1/virtualmachines', { signal, timeout: 5000 });
      return list.items.length;
    } finally {
      api.close();
    }
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function canUse(device: string): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
