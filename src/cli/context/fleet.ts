import type { FleetContext } from '../../fleet/index.js';
import { makeFleetProgress, noFleetProgress, type FleetProgress } from '../output/fleet-progress.js';
import type { Invocation } from '../run/action.js';
import { withPorts } from './provisioning.js';

/** Runs a use case for many devices with its context: the ports, and the progress. */
export async function withFleet<T>(invocation: Invocation, work: (context: FleetContext, progress: FleetProgress) => Promise<T>, options: { hub?: false; quiet?: boolean } = {}): Promise<T> {
  return withPorts(invocation, async (ports) => {
    const progress = options.quiet === true ? noFleetProgress : await makeFleetProgress(invocation.session);
    try {
      return await work({ ...ports, onEvent: (event) => progress.onEvent(event) }, progress);
    } finally {
      progress.stop();
    }
  }, options.hub === false ? { hub: false } : {});
}
