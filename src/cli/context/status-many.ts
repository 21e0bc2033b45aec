import type { FleetStatusRequest } from '../../fleet/index.js';
import { deviceTable, stageTable } from '../output/device.js';
import { printFleet, printFleetSummary } from '../output/fleet-summary.js';
import { printWarnings } from '../output/fleet-warnings.js';
import type { Invocation } from '../run/action.js';
import { withFleet } from './fleet.js';
import { devicesOf, noDevices, type ManyTargets } from './targets.js';

/** Up to so many devices, each has its table of stages; of more, a person reads only those that are not ready. */
const mostStages = 8;

/** The status of several devices; gives the exit code. */
export async function statusMany(invocation: Invocation, targets: ManyTargets, how: Pick<FleetStatusRequest, 'timeoutMs' | 'waitFor'>): Promise<number> {
  const { session } = invocation;
  const { printer, format } = session;
  session.about = undefined;
  const { exitCodeOfFleet, statusFleet } = await session.deps.fleet();
  const result = await withFleet(invocation, (context) => statusFleet(context, { ...how, devices: devicesOf(targets, context.cluster.namespace) }), { quiet: true });
  const { items } = result;
  if (items.length === 0) throw noDevices(targets, 'to show');
  printWarnings(items, session);
  if (format === undefined || format === 'table' || format === 'wide') {
    printer.data(deviceTable(items, session, { namespaces: format === 'wide' || (targets.kind === 'selection' && targets.everywhere) }));
    for (const item of items) {
      if (item.conditions.length > 0 && (items.length <= mostStages || !item.ready)) printer.data(`\n${item.name}\n${stageTable(item, session)}`);
    }
  } else await printFleet(result, session);
  printFleetSummary(result, session, { done: 'are ready', states: true });
  return exitCodeOfFleet(items);
}
