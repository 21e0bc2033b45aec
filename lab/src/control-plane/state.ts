import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { freeLoopbackAddress, freePorts, isFree } from './ports.js';
import type { LabPaths } from './paths.js';

/** Which process listens on which port. */
const listeners = {
  etcd: 'etcd', etcdPeer: 'etcd', apiserver: 'kube-apiserver', controllerManager: 'kube-controller-manager', scheduler: 'kube-scheduler',
  virtApi: 'virt-api', virtController: 'virt-controller', kubelet: 'world', hubHttps: 'hub', hubMqtt: 'hub', hubAmqp: 'hub',
} as const;

type PortName = keyof typeof listeners;

const portNames = Object.keys(listeners) as PortName[];

/** Everything listens on 127.0.0.1. The ports are chosen when the lab is made. */
export type LabPorts = Record<PortName, number>;

/** `<state>/lab.json`: the description of a lab. With it any later run can find, check, restart and stop the lab. */
export interface LabState {
  name: string;
  /** `installing` until the lab was ready once. If a run is killed before that, the next run throws the lab away. */
  phase: 'installing' | 'ready';
  /** Key of the programs that it runs. */
  programs: string;
  ports: LabPorts;
  /** Loopback address for virt-operator only, because its webhook port is fixed. */
  operatorAddress: string;
  /** Whether it was newly installed or restored from a snapshot. */
  origin: 'cold' | 'snapshot';
  createdAt: string;
}

// Devices and SDKs expect MQTT and AMQP on these ports. If one is taken, the lab uses any free port.
const usualPorts: Partial<LabPorts> = { hubMqtt: 8883, hubAmqp: 5671 };

export async function newState(name: string, programs: string, origin: LabState['origin']): Promise<LabState> {
  return { name, phase: 'installing', programs, origin, createdAt: new Date().toISOString(), ...(await choosePorts()) };
}

export async function choosePorts(): Promise<Pick<LabState, 'ports' | 'operatorAddress'>> {
  const ports = await freePorts(portNames);
  for (const [name, usual] of Object.entries(usualPorts)) if (await isFree(usual)) ports[name as PortName] = usual;
  return { ports, operatorAddress: await freeLoopbackAddress([8443, 8444]) };
}

/** Whether every port of the lab is free now, apart from those of processes that run. */
export async function portsAreFree(state: LabState, running: readonly string[] = []): Promise<boolean> {
  const wanted = portNames.filter((name) => !running.includes(listeners[name]));
  // A lab of an older edge-vm may not have this port.
  if (wanted.some((name) => state.ports[name] === undefined)) return false;
  const free = await Promise.all(wanted.map((name) => isFree(state.ports[name])));
  return free.every(Boolean);
}

export function loadState(paths: LabPaths): LabState | undefined {
  try {
    return JSON.parse(readFileSync(paths.stateFile, 'utf8')) as LabState;
  } catch {
    return undefined;
  }
}

export function saveState(paths: LabPaths, state: LabState): void {
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  writeFileSync(`${paths.stateFile}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${paths.stateFile}.new`, paths.stateFile);
}
