import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { connectCluster, kinds, type Cluster, type KubeObject } from '../../../src/cluster/index.js';
import { parseRecords } from '../../../src/readiness/records/parse.js';
import type { StageRecord } from '../../../src/readiness/records/record.js';
import type { DeviceResult } from '../../../src/readiness/types.js';
import { assertCode, cli, startCli, type CliResult, type RunningCli } from '../../integration/harness/cli.js';
import { theLab } from '../../integration/harness/lab.js';
import { consoleLine, consoleOf, launcherPod } from './console.js';
import { processIds } from './proc.js';

// An emulated guest on two cores needs some minutes from its boot to the hub.
const patience = 1_900_000;

/** A device whose guest really boots, and the functions to look into it. */
export interface Guest {
  name: string;
  cluster: Cluster;
  /** `edge-vm create` with all that a guest of the lab needs. These arguments, in pairs of flag and value, replace the usual ones. */
  create: (args?: readonly string[], limitMs?: number) => RunningCli;
  /** The same with the device file that the lab makes for its real node. */
  createByFile: () => RunningCli;
  status: () => Promise<DeviceResult>;
  instance: () => Promise<KubeObject | undefined>;
  /** Status of the instance's condition `Ready`, which is the result of the readiness probe. */
  ready: () => Promise<string | undefined>;
  pod: () => Promise<KubeObject | undefined>;
  /** Runs a command as root in the guest, by SSH; gives stdout, throws on any exit code but 0. */
  shell: (command: string) => Promise<string>;
  /** Stage records on the console of the running launcher pod, oldest first. */
  records: () => Promise<StageRecord[]>;
  /** The first line on the console of the launcher pod that `wanted` accepts, as soon as it is there. */
  line: (what: string, seconds: number, wanted: (line: string) => boolean) => Promise<string>;
  /** Stops QEMU at its current point; only `kill` ends that. */
  pause: () => Promise<void>;
  /** Kills QEMU, as at a power cut. */
  kill: () => Promise<void>;
  /** Deletes the device and waits until its machine is gone. Otherwise the next one would share processors and memory with it. */
  remove: () => Promise<void>;
  close: () => void;
}

export async function openGuest(name: string): Promise<Guest> {
  const { variables, folder, home } = theLab();
  const cluster = await connectCluster({ kubeconfig: variables.KUBECONFIG });
  const key = join(home, `${name}.key`);
  if (!existsSync(key)) await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const usual = {
    '--template': 'debian-12', '--engine': 'docker', '--cpus': '2', '--memory': '1500Mi', '--disk-size': '6Gi', '--storage-class': 'lab-local', '--ssh-key': `${key}.pub`,
    '--node-selector': 'edge-vm.io/real=true', '--toleration': 'edge-vm.io/real=true:NoSchedule', '--ca': variables.EDGE_VM_HUB_CA,
    '--apt-mirror': 'http://packages.edge-vm.test/debian', '--edge-apt-source': 'http://packages.edge-vm.test/edge', '--edge-apt-suite': './',
    '--edge-apt-key': join(folder, 'real-node', 'repository.asc'), '--edge-version': '1.6.0-1', '--identity-service-version': '1.6.0-1', '--timeout': '30m',
  };
  const pod = (): Promise<KubeObject | undefined> => launcherPod(cluster, name);
  const instance = (): Promise<KubeObject | undefined> => cluster.get({ type: kinds.VirtualMachineInstance, name, namespace: 'default' });

  async function shell(command: string): Promise<string> {
    const address = String(((await instance())?.status?.['interfaces'] as { ipAddress?: string }[] | undefined)?.[0]?.ipAddress);
    const options = ['-i', key, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=20'];
    return (await execa('ssh', [...options, `edge@${address}`, 'sudo', 'sh', '-c', `'${command.replaceAll(`'`, `'\\''`)}'`], { timeout: 180_000 })).stdout;
  }

  async function records(): Promise<StageRecord[]> {
    const running = await pod();
    if (running === undefined) return [];
    const lines: string[] = [];
    for await (const line of consoleOf(cluster, running)) lines.push(line);
    return lines.flatMap((line) => parseRecords(line));
  }

  return {
    name, cluster, instance, pod, shell, records,
    ready: async () => (await instance())?.status?.conditions?.find(({ type }) => type === 'Ready')?.status,
    line: (what, seconds, wanted) => consoleLine(cluster, name, { what, seconds, wanted }),
    create(args = [], limitMs = patience) {
      const rest = Object.entries(usual).filter(([flag]) => flag === '--ca' || !args.includes(flag)).flat();
      return startCli(['create', name, '--register', ...rest, '-o', 'json', ...args], { limitMs });
    },
    createByFile: () => startCli(['create', name, '-f', join(folder, 'real-node', 'device.yaml'), '--ssh-key', `${key}.pub`, '--timeout', '30m', '-o', 'json'], { limitMs: patience }),
    async status() {
      const run = await cli(['status', name, '-o', 'json']);
      const result = run.json();
      // If the command failed, its object has only the cause, not the status.
      assert.equal(typeof result.ready, 'boolean', `status ended with ${run.code}:\n${run.stderr}`);
      return result;
    },
    async pause() {
      process.kill(await qemuOf(name), 'SIGSTOP');
    },
    async kill() {
      process.kill(await qemuOf(name), 'SIGKILL');
    },
    async remove() {
      assertCode(await cli(['delete', name, '--deregister', '--ignore-not-found', '--timeout', '5m'], { limitMs: 330_000 }), 0);
    },
    close: () => cluster.close(),
  };
}

/** Exit code 0 and the object that `create` prints. */
export function created(run: CliResult): DeviceResult {
  assert.equal(run.code, 0, `create ended with ${run.code}:\n${run.stderr}\n${run.stdout}`);
  return run.json();
}

async function qemuOf(name: string): Promise<number> {
  for (const pid of await processIds()) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (/qemu-system/.test(words[0] ?? '') && words.some((word) => word.startsWith(`guest=default_${name},`))) return pid;
  }
  throw new Error(`no QEMU runs ${name}`);
}
