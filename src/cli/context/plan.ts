import type { FleetRequest } from '../../fleet/index.js';
import { causeInWords } from '../output/advice.js';
import { isMachine } from '../output/format.js';
import { printPlan } from '../output/plan.js';
import type { Invocation } from '../run/action.js';
import { ExitCode } from '../../support/causes.js';
import { withFleet } from './fleet.js';

/** `--plan`: what applying would do, and whether the fleet fits. It changes nothing. Gives the exit code. */
export async function plan(invocation: Invocation, request: FleetRequest): Promise<number> {
  const { session } = invocation;
  const { actionsOf, exitCodeOfFleet, fitOf, planFleet, planItems, removalsOf } = await session.deps.fleet();
  const { planned, removals, fit } = await withFleet(invocation, async (context) => {
    const planned = await planFleet(context, { ...request, dryRun: 'client', tryChanges: true });
    const removals = request.prune === undefined ? [] : await removalsOf(context, request.devices, request.prune);
    return { planned, removals, fit: await fitOf(context, planned) };
  }, { patienceMs: request.timeoutMs });
  const items = planItems(planned, removals);
  const counts = actionsOf(items);
  if (isMachine(session.format)) {
    const inWords = items.map((item) => (item.cause === undefined ? item : { ...item, cause: causeInWords(item.cause, session.io.programName, undefined, true) }));
    await session.printer.object({ items: inWords, summary: { total: items.length, ...counts }, fit }, session.format);
  } else printPlan(items, counts, fit, session);
  const refused = exitCodeOfFleet(planned.flatMap(({ failed }) => (failed === undefined ? [] : [failed])));
  return refused !== ExitCode.ok ? refused : fit.fits === false ? ExitCode.preflight : ExitCode.ok;
}
