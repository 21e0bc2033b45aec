import { followDevice } from '../../readiness/follow.js';
import { resultOf } from '../../readiness/result.js';
import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import type { CreateRequest } from '../types.js';
import { apply, tryToApply } from './apply.js';
import { prepare } from './prepare.js';
import type { AppliedDevice, Consequence, PreparedDevice } from './prepared.js';
import { resultSoFar, warn, withRun, type Run } from './run.js';

export type { AppliedDevice, Consequence, LiveObjects, Outdated, PreparedDevice, PreparedIdentity, Subject } from './prepared.js';

export interface CreateOptions {
  /** Called once all is prepared and nothing is changed yet; what it throws ends the run there. */
  confirm?: (prepared: PreparedDevice) => Promise<void>;
}

/** What of a prepared device nobody wants by mistake: what is removed, and what an existing disk has only after a first boot. */
export function toConfirm({ consequences, firstBoot }: PreparedDevice): Consequence[] {
  return consequences.filter(({ removed, effect }) => removed || (effect === 'first-boot' && firstBoot !== undefined));
}

/**
 * Creates a device and follows it up to `request.waitFor`; run again, it converges and says in `changes` what it did.
 * The same as `prepareDevice`, `applyDevice` and following one after the other, under one time limit.
 *
 * Throws `ProvisionError` (`InvalidInputError` for bad input) when it could not get as far as applying all objects; its
 * `result` holds the object as far as it is known. From there on it resolves, with `cause` set when the
 * device cannot become ready, the time ran out, or `context.signal` fired.
 */
export async function createDevice(context: ProvisionContext, request: CreateRequest, { confirm }: CreateOptions = {}): Promise<DeviceResult> {
  return withRun(context, request, async (run) => {
    const prepared = await prepare(run);
    if (request.dryRun === 'none') {
      await confirm?.(prepared);
      return follow(run, await apply(run, prepared));
    }
    if (request.dryRun === 'server') await tryToApply(run, prepared);
    else run.report.changes.push(...prepared.changes);
    return resultSoFar(run);
  });
}

/**
 * Finds out all that can be found out without changing anything, and throws all that can be refused by then: bad input,
 * rights that are missing, another's objects or disk, a credential that does not work, a manifest that the API server
 * does not take. What it gives is never changed, and holds no secret in the open.
 */
export async function prepareDevice(context: ProvisionContext, request: CreateRequest): Promise<PreparedDevice> {
  return withRun(context, request, prepare);
}

/**
 * Makes what `prepareDevice` found to be missing: namespace, the hub's device, Secret, VirtualMachine, Service; starts the
 * machine where asked to. Follow it with `waitDevice`. Throws as `createDevice` does; `request.dryRun` must be `none`.
 */
export async function applyDevice(context: ProvisionContext, prepared: PreparedDevice): Promise<AppliedDevice> {
  const { name, namespace, hubHostname, deviceId } = prepared.subject;
  return withRun(context, prepared.request, async (run) => {
    Object.assign(run.report, { name, namespace, device: { hub: hubHostname, id: deviceId } });
    return apply(run, prepared);
  }, prepared.warnings);
}

async function follow(run: Run, { prepared, identity, vm, replaced }: AppliedDevice): Promise<DeviceResult> {
  const { context, request, startedAt, report } = run;
  const { name, namespace, hubHostname, deviceId } = prepared.subject;
  const outcome = await followDevice(context, {
    name, namespace, startedAt, vm,
    waitFor: request.wait ? request.waitFor : 'applied',
    timeoutMs: Math.max(0, startedAt + request.timeoutMs - context.clock.now()),
    device: { hub: hubHostname, id: deviceId },
    secretApplied: true,
    replaced,
    ...(identity.proof === undefined ? {} : { identityEvidence: identity.proof }),
  });
  const result = resultOf(outcome, { name, namespace, waitFor: request.waitFor });
  // What following told is told already; that a restart is needed may have shown only now.
  const late = result.warnings.filter((message) => !outcome.warnings.includes(message));
  for (const message of late) warn(run, message);
  return { ...result, changes: report.changes, warnings: [...report.warnings, ...outcome.warnings] };
}
