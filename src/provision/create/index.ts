import { EdgeVmError } from '../../support/errors.js';
import { withResult } from '../../readiness/provision-error.js';
import { runStep } from '../common/emit.js';
import { startDeadline } from '../../support/deadline.js';
import { dryRunMark } from '../common/result.js';
import { emptyResult } from '../../readiness/empty-result.js';
import { followDevice } from '../../readiness/follow.js';
import { resultOf } from '../../readiness/result.js';
import type { CreateRequest } from '../types.js';
import type { DeviceResult, ProvisionContext } from '../../readiness/types.js';
import { apply } from './apply.js';
import { checkCredential } from './credential.js';
import { compareOnly } from './dry-run-client.js';
import { warnOfDrift } from './drift.js';
import { checkExisting } from './existing.js';
import { checkIdentityInUse } from './identity-in-use.js';
import { ensureNamespace } from './namespace.js';
import { preflight } from './preflight.js';
import { register } from './register.js';
import { checkRegistration } from './registration.js';
import { render } from './render.js';
import { resolveIdentity } from './resolve-identity.js';
import { start } from './start.js';
import { warn, type CreateState, type CreateStep } from './state.js';
import { tryManifests } from './trial.js';

/** All that only looks comes before all that changes something; the hub's device is made once the cluster has agreed. */
const before: CreateStep[] = [
  resolveIdentity, preflight, checkExisting, tryManifests, register, checkCredential, checkRegistration, checkIdentityInUse, render, warnOfDrift, ensureNamespace,
];

/**
 * Creates a device and follows it up to `request.waitFor`; run again, it converges and says in `changes` what it did.
 *
 * Throws `ProvisionError` (`InvalidInputError` for bad input) when it could not get as far as applying all objects; its
 * `result` holds the object as far as it is known. From there on it resolves, with `cause` set when the
 * device cannot become ready, the time ran out, or `context.signal` fired.
 */
export async function createDevice(context: ProvisionContext, request: CreateRequest): Promise<DeviceResult> {
  const deadline = startDeadline(context.clock, request.timeoutMs, context.signal);
  const state = initialState(context, request, deadline);
  try {
    await runSteps(state, before);
    await runSteps(state, request.dryRun === 'client' || state.namespacePretended ? [compareOnly] : [apply, start]);
    if (request.dryRun !== 'none') return appliedResult(state);
    return await follow(state);
  } catch (error) {
    throw explain(error, state);
  } finally {
    deadline.dispose();
  }
}

function initialState(context: ProvisionContext, request: CreateRequest, deadline: CreateState['deadline']): CreateState {
  return {
    context, request, deadline,
    startedAt: context.clock.now(),
    name: request.device.metadata.name,
    namespace: request.device.metadata.namespace ?? context.cluster.namespace,
    edgeDevice: request.device,
    device: { hubHostname: '', deviceId: '' },
    identity: undefined, registeredNow: false, namespacePretended: false, identityProof: undefined, liveVm: undefined, liveService: undefined, rendered: undefined, firstBoot: undefined,
    changes: [], warnings: [],
  };
}

async function runSteps(state: CreateState, steps: CreateStep[]): Promise<void> {
  for (const step of steps) {
    state.deadline.signal.throwIfAborted();
    await runStep(state.context, step.name, () => step.run(state));
  }
}

async function follow(state: CreateState): Promise<DeviceResult> {
  const { context, request, startedAt } = state;
  const outcome = await followDevice(context, {
    name: state.name, namespace: state.namespace, startedAt,
    waitFor: request.wait ? request.waitFor : 'applied',
    timeoutMs: Math.max(0, startedAt + request.timeoutMs - context.clock.now()),
    device: { hub: state.device.hubHostname, id: state.device.deviceId },
    secretApplied: true,
    ...(state.identityProof === undefined ? {} : { identityProof: state.identityProof }),
    ...(state.liveVm === undefined ? {} : { vm: state.liveVm }),
  });
  const result = resultOf(outcome, { name: state.name, namespace: state.namespace, waitFor: request.waitFor });
  // What following told is told already; that a restart is needed may have shown only now.
  const late = result.warnings.filter((message) => !outcome.warnings.includes(message));
  for (const message of late) warn(state, message);
  return { ...result, changes: state.changes, warnings: [...state.warnings, ...outcome.warnings] };
}

function appliedResult(state: CreateState): DeviceResult {
  const { hubHostname, deviceId } = state.device;
  const device = { hub: hubHostname === '' ? null : hubHostname, id: deviceId === '' ? null : deviceId };
  return { ...emptyResult(state.name, state.namespace), device, changes: state.changes, warnings: state.warnings, ...dryRunMark(state.request) };
}

/** The error as it is, with the object so far; an abort becomes `interrupted` or `timed-out`. */
function explain(error: unknown, state: CreateState): unknown {
  const known = state.deadline.signal.aborted ? aborted(error, state) : error;
  return withResult(known, appliedResult(state));
}

function aborted(error: unknown, state: CreateState): EdgeVmError {
  if (!state.deadline.expired) {
    return new EdgeVmError('interrupted', 'interrupted', { cause: error, hint: 'What was applied stays; run the same command again to go on.' });
  }
  if (EdgeVmError.is(error) && error.code === 'timed-out') return error;
  return new EdgeVmError('timed-out', 'the time ran out before all objects were applied', { cause: error, hint: 'Run the same command again to go on, or give it more time with --timeout.' });
}
