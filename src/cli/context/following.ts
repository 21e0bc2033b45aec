import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import type { StartRequest } from '../../provision/index.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addHubFlags } from '../flags/identity-flags.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { addTargetFlags } from '../flags/target-flags.js';
import { addWaitFlags, waiting } from '../flags/wait-flags.js';
import { targetsOf } from '../input/target-input.js';
import { printResult } from '../output/device.js';
import { OUTPUT_FORMATS } from '../output/format.js';
import { printSummary } from '../output/summary.js';
import { setAction, throwProblems, type Invocation } from '../run/action.js';
import type { EdgeCommand } from '../run/command.js';
import { exitCodeOfResult } from '../run/errors.js';
import type { Session } from '../run/session.js';
import { followMany, type FollowingMany } from './follow-many.js';
import { withContext } from './provisioning.js';

/** A command for existing devices: it may change them, and then waits until they are ready. */
export interface FollowingCommand {
  description: string;
  /** Help of `--no-wait`; without it the command always waits. */
  noWait?: string;
  /** For one device. */
  act: (provision: typeof import('../../provision/index.js'), context: ProvisionContext, request: StartRequest) => Promise<DeviceResult>;
  /** For several names, or a selection. */
  many: FollowingMany;
}

/** Declares its argument, flags and action. It prints the result as `create` does. */
export function declareFollowing(command: EdgeCommand, session: Session, following: FollowingCommand): void {
  command.description(following.description);
  command.argument('[name...]', 'names of the devices');
  addTargetFlags(command, 'Which');
  addWaitFlags(command, { noWait: following.noWait });
  addHubFlags(command);
  addClusterFlags(command);
  addOutputFlag(command, OUTPUT_FORMATS);
  setAction(command, session, (invocation) => run(invocation, following), { collects: true, device: true });
}

async function run(invocation: Invocation, { act, many }: FollowingCommand): Promise<number> {
  const { session, values } = invocation;
  const targets = targetsOf(invocation);
  const how = waiting(values, '15m', session.problems);
  throwProblems(session);
  if (targets.kind !== 'one') return followMany(invocation, targets, how, many);
  const { name } = targets;
  const begun = session.io.now();
  const provision = await session.deps.provision();
  const result = await withContext(invocation, (context) => act(provision, context, {
    name, namespace: context.cluster.namespace, ...how,
  }), { waitFor: how.wait ? how.waitFor : 'applied' });
  printSummary(result, session, (session.io.now() - begun) / 1000);
  await printResult(result, session);
  return exitCodeOfResult(result);
}
