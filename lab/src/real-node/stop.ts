import { existsSync } from 'node:fs';
import { EdgeVmError } from 'edge-vm';
import type { LabPaths } from '../control-plane/paths.js';
import { removeCgroups } from './cgroups.js';
import { restoreHostNetwork } from './host-network.js';
import { realNodePaths } from './paths.js';

/** Restores the machine after the lab's processes have ended. Does nothing for a lab without a real node. */
export async function giveHostBack(paths: LabPaths): Promise<void> {
  const { hostRecord } = realNodePaths(paths);
  if (!existsSync(hostRecord)) return;
  const left = await removeCgroups();
  await restoreHostNetwork(hostRecord);
  if (left.length > 0) throw new EdgeVmError('unexpected', `cgroups could not be removed: ${left.join(', ')}`, { hint: 'Something still runs in them: see their cgroup.procs.' });
}
