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

/** Everything listens on 127.0.0.1, on ports chosen when the lab was made. */
export type LabPorts = Record<PortName, number>;

/** `<state>/lab.json`: what a lab is, so that any later run can find, check, restart and stop it. */
export interface LabState {
  name: string;
  /** `installing` until the lab has once been ready: what a killed run leaves behind is thrown away then. */
  phase: 'installing' | 'ready';
  /** Key of the programs that it runs. */
  programs: string;
  ports: LabPorts;
  /** Loopback address of virt-operator alone, whose webhook port is fixed. */
  operatorAddress: string;
  /** Whether it was installed anew or restored from a snapshot. */
  origin: 'cold' | 'snapshot';
  createdAt: string;
}

// Devices and SDKs expect MQTT and AMQP here; where one is taken any free port will do.
const usualPorts: Partial<LabPorts> = { hubMqtt: 8883, hubAmqp: 5671 };

export async function newState(name: string, programs: string, origin: LabState['origin']): Promise<LabState> {
  return { name, phase: 'installing', programs, origin, createdAt: new Date().toISOString(), ...(await choosePorts()) };
}

export async function choosePorts(): Promise<Pick<LabState, 'ports' | 'operatorAddress'>> {
  const ports = await freePorts(portNames);
  for (const [name, usual] of Object.entries(usualPorts)) if (await isFree(usual)) ports[name as PortName] = usual;
  return { ports, operatorAddress: await freeLoopbackAddress([8443, 8444]) };
}

/** Whether every port of the lab could be listened on now, but for those of processes that run. */
export async function portsAreFree(state: LabState, running: readonly string[] = []): Promise<boolean> {
  const wanted = portNames.filter((name) => !running.includes(listeners[name]));
  // A lab that an older edge-vm made may lack one.
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
