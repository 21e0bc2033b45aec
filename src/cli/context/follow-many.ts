import type { FleetContext, FleetResult, FleetStartRequest } from '../../fleet/index.js';
import type { SummaryWords } from '../output/fleet-count-line.js';
import { printFleet, printFleetSummary } from '../output/fleet-summary.js';
import type { Invocation } from '../run/action.js';
import { withFleet } from './fleet.js';
import { devicesOf, noDevices, type ManyTargets } from './targets.js';

/** What a command does with several devices, and its words. */
export interface FollowingMany {
  act: (fleet: typeof import('../../fleet/index.js'), context: FleetContext, request: FleetStartRequest) => Promise<FleetResult>;
  /** After `no devices`: `to wait for`. */
  none: string;
  /** What a device is that nobody waits for: `are started`. */
  done?: string;
  /** What happened to a device. */
  outcomes?: SummaryWords['outcomes'];
}

/** Does it for several devices at the same time, and follows all of them; gives the exit code. */
export async function followMany(invocation: Invocation, targets: ManyTargets, how: Pick<FleetStartRequest, 'wait' | 'waitFor' | 'timeoutMs'>, { act, none, done = '', outcomes }: FollowingMany): Promise<number> {
  const { session } = invocation;
  session.about = undefined;
  const fleet = await session.deps.fleet();
  const result = await withFleet(invocation, (context) => act(fleet, context, { ...how, devices: devicesOf(targets, context.cluster.namespace) }), { patienceMs: how.timeoutMs });
  if (result.items.length === 0) throw noDevices(targets, none);
  printFleetSummary(result, session, { done: how.wait ? `have reached ${how.waitFor}` : done, ...(outcomes === undefined ? {} : { outcomes }) });
  await printFleet(result, session);
  return fleet.exitCodeOfFleet(result.items);
}
