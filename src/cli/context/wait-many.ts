import type { FleetWaitRequest } from '../../fleet/index.js';
import type { Targets } from '../input/target-input.js';
import { printFleet, printFleetSummary } from '../output/fleet-summary.js';
import type { Invocation } from '../run/action.js';
import { EdgeVmError } from '../../support/errors.js';
import { withFleet } from './fleet.js';

/** Waits for several devices at the same time; gives the exit code. */
export async function waitMany(invocation: Invocation, targets: Exclude<Targets, { kind: 'one' }>, how: Pick<FleetWaitRequest, 'waitFor' | 'timeoutMs'>): Promise<number> {
  const { session } = invocation;
  session.about = undefined;
  const { exitCodeOfFleet, waitFleet } = await session.deps.fleet();
  const result = await withFleet(invocation, (context) => {
    const { namespace } = context.cluster;
    const devices: FleetWaitRequest['devices'] = targets.kind === 'names' ? targets.names.map((name) => ({ name, namespace }))
      : { ...(targets.everywhere ? {} : { namespace }), ...(targets.labelSelector === undefined ? {} : { labelSelector: targets.labelSelector }) };
    return waitFleet(context, { ...how, devices });
  }, { patienceMs: how.timeoutMs });
  if (result.items.length === 0) {
    const labels = targets.kind === 'names' || targets.labelSelector === undefined ? '' : ` with labels ${targets.labelSelector}`;
    throw new EdgeVmError('not-found', `no devices${labels} to wait for`, { hint: 'List the devices', advice: [{ do: 'list' }] });
  }
  printFleetSummary(result, session, { done: `have reached ${how.waitFor}` });
  await printFleet(result, session);
  return exitCodeOfFleet(result.items);
}
