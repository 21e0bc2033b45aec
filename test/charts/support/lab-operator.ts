import { join } from 'node:path';
import { execa } from 'execa';
import { cli } from '../../integration/harness/cli.js';
import { cacheFolder } from '../../helpers/cache-folder.js';
import { theLab } from '../../integration/harness/lab.js';

/** What `lab status` says of a lab and its operator. */
export interface LabOperator {
  state: string;
  operator?: { kubeconfig: string; metrics: string; health: string };
  pid: number;
  running: boolean;
}

/** For `edge-vm lab` of the lab under test: it must find the programs that are built, because commands under test have another HOME. */
export function labEnvironment(): Record<string, string> {
  return { EDGE_VM_STATE_DIR: theLab().stateDir, EDGE_VM_CACHE_DIR: cacheFolder() };
}

export async function statusOfLab(): Promise<LabOperator> {
  const run = await cli(['lab', 'status', '--name', theLab().name, '-o', 'json'], { env: labEnvironment() });
  const status = run.json<LabOperator & { processes: { name: string; pid: number; running: boolean }[] }>();
  const { pid = 0, running = false } = status.processes.find((one) => one.name === 'edge-vm-operator') ?? {};
  return { ...status, pid, running };
}

/** Asks the API server what the user of a kubeconfig may do: `yes` or `no`. */
export function rights(kubeconfig: string): (verb: string, resource: string, ...flags: string[]) => Promise<string> {
  return async (verb, resource, ...flags) => {
    const { stdout } = await execa(join(theLab().programs, 'kubectl'), ['auth', 'can-i', verb, resource, '--kubeconfig', kubeconfig, ...flags], { reject: false });
    return stdout;
  };
}
