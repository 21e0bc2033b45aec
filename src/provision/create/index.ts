import { followDevice } from '../../readiness/follow.js';
import { resultOf } from '../../readiness/result.js';
import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import type { CreateRequest } from '../types.js';
import { apply, tryToApply } from './apply.js';
import { prepare } from './prepare.js';
import type { AppliedDevice, Consequence, PreparedDevice } from './prepared.js';
import { resultSoFar, withoutClock, withRun } from './run.js';

export type { AppliedDevice, Consequence, LiveObjects, Outdated, PreparedDevice, PreparedIdentity, Subject } from './prepared.js';

/** Options of `createDevice`. */
export interface CreateOptions {
  /** Called after everything is prepared and before anything changes. If it throws, the run ends there. */
  confirm?: (prepared: PreparedDevice) => Promise<void>;
}

/** Changes that nobody wants by mistake: removals, and changes that need a first boot of an existing disk. */
export function toConfirm({ consequences, firstBoot }: PreparedDevice): Consequence[] {
  return consequences.filter(({ removed, effect }) => removed || (effect === 'first-boot' && firstBoot !== undefined));
}

/**
 * Creates a device and follows it until `request.waitFor`. A second run makes only the changes that are needed; `changes`
 * has them. It is the same as `prepareDevice`, `applyDevice` and following, with one time limit for all.
 *
 * Throws `ProvisionError` (`InvalidInputError` for bad input) if it could not apply all objects; its `result` has the
 * object as far as it is known. After that it resolves, with `cause` if the device cannot become ready, the time
 * is up, or `context.signal` fired.
 */
export async function createDevice(context: ProvisionContext, request: CreateRequest, { confirm }: CreateOptions = {}): Promise<DeviceResult> {
  return withRun(context, request, async (run) => {
    const prepared = await prepare(run);
    if (request.dryRun === 'none') {
      if (confirm !== undefined) await withoutClock(run, () => confirm(prepared));
      return followApplied(context, await apply(run, prepared), { startedAt: run.startedAt, timeoutMs: request.timeoutMs });
    }
    if (request.dryRun === 'server') await tryToApply(run, prepared);
    else run.report.changes.push(...prepared.changes);
    return resultSoFar(run);
  });
}

/**
 * Checks everything that can be checked without a change, and throws every refusal that this brings: bad input, missing
 * rights, objects or disks of others, a credential that does not work, a manifest that the API server refuses. The
 * result never changes, and shows no secret.
 */
export async function prepareDevice(context: ProvisionContext, request: CreateRequest): Promise<PreparedDevice> {
  return withRun(context, request, prepare);
}

/**
 * Makes the changes that `prepareDevice` found: namespace, hub device, Secret, VirtualMachine, Service. It starts the
 * machine if the request says so. Call `waitDevice` after it. Throws as `createDevice` does; `request.dryRun` must be `none`.
 */
export async function applyDevice(context: ProvisionContext, prepared: PreparedDevice): Promise<AppliedDevice> {
  const { name, namespace, hubHostname, deviceId } = prepared.subject;
  return withRun(context, prepared.request, async (run) => {
    Object.assign(run.report, { name, namespace, device: { hub: hubHostname, id: deviceId } });
    return apply(run, prepared);
  }, prepared.warnings);
}

/**
 * Follows a device that `applyDevice` applied until `request.waitFor`, as `createDevice` does, and gives its result with all
 * changes and warnings.
 *
 * @param startedAt milliseconds since the epoch; the time limit and the seconds of the result count from here.
 */
export async function followApplied(context: ProvisionContext, { prepared, identity, vm, replaced, changes, warnings }: AppliedDevice, { startedAt, timeoutMs }: { startedAt: number; timeoutMs: number }): Promise<DeviceResult> {
  const { request, subject: { name, namespace, hubHostname, deviceId } } = prepared;
  const outcome = await followDevice(context, {
    name, namespace, startedAt, vm,
    waitFor: request.wait ? request.waitFor : 'applied',
    timeoutMs: Math.max(0, startedAt + timeoutMs - context.clock.now()),
    device: { hub: hubHostname, id: deviceId },
    secretApplied: true,
    replaced,
    ...(identity.evidence === undefined ? {} : { identityEvidence: identity.evidence }),
  });
  const result = resultOf(outcome, { name, namespace, waitFor: request.waitFor });
  // The warnings of following are already out; but perhaps only now KubeVirt says that a restart is needed.
  const late = result.warnings.filter((message) => !outcome.warnings.includes(message) && !warnings.includes(message));
  for (const message of late) context.onEvent({ type: 'warning', message, at: context.clock.now() });
  return { ...result, changes: [...changes], warnings: [...warnings, ...late, ...outcome.warnings] };
}
