import type { FleetContext } from '../../fleet/index.js';
import type { Hub, HubBulk } from '../../hub/types.js';
import { makeFleetProgress, noFleetProgress, type FleetProgress } from '../output/fleet-progress.js';
import type { Invocation } from '../run/action.js';
import { withPorts } from './provisioning.js';

/**
 * Runs a use case for many devices with its context: the ports, and the progress.
 *
 * `patienceMs`: how long a call may wait for its turn within the hub's limits. Hundreds of registrations take minutes.
 */
export async function withFleet<T>(invocation: Invocation, work: (context: FleetContext, progress: FleetProgress) => Promise<T>, options: { hub?: false; quiet?: boolean; patienceMs?: number } = {}): Promise<T> {
  return withPorts(invocation, async (ports) => {
    const progress = options.quiet === true ? noFleetProgress : await makeFleetProgress(invocation.session, () => ports.hub?.stats.trouble);
    try {
      const hub = ports.hub === undefined ? {} : { hub: await batching(invocation, ports.hub) };
      return await work({ ...ports, ...hub, onEvent: (event) => progress.onEvent(event) }, progress);
    } finally {
      progress.stop();
    }
  }, options);
}

/** Registrations and look-ups of many devices become few requests. */
async function batching({ session }: Invocation, hub: Hub): Promise<Hub> {
  const { batchingHub } = await session.deps.hub();
  return isBulk(hub) ? batchingHub(hub, { twinLifeMs: 5_000, oneRun: true }) : hub;
}

function isBulk(hub: Hub): hub is Hub & HubBulk {
  return 'createDevices' in hub;
}
