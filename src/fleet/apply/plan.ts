import { createRequest } from '../../provision/create/request.js';
import { prepareDevice } from '../../provision/create/index.js';
import type { PreparedDevice } from '../../provision/create/prepared.js';
import type { Trials } from '../../provision/create/look/trial.js';
import { isMissingNamespace } from '../../provision/common/no-such-device.js';
import type { CreateRequest } from '../../provision/types.js';
import type { CauseCode } from '../../support/causes.js';
import type { DeviceResult } from '../../readiness/types.js';
import { EdgeVmError, InvalidInputError } from '../../support/errors.js';
import { VirtualMachine } from '../../cluster/kinds.js';
import type { Cluster } from '../../cluster/types.js';
import { allowMany } from '../../support/abort.js';
import { inParallel } from '../../support/parallel.js';
import { contextOf, type FleetContext } from '../context.js';
import { notBegun, refusedResult } from '../failed.js';
import { twiceProblems } from '../load/distinct.js';
import type { FleetDevice } from '../types.js';
import type { FleetRequest } from './request.js';
import { identityFor, registeredOf } from './registered.js';
import { checkingCluster } from './snapshot.js';

/** One device of a plan: what applying will do, or why it cannot be applied. */
export interface PlannedDevice {
  readonly name: string;
  readonly namespace: string;
  readonly place: string;
  readonly prepared?: PreparedDevice;
  readonly failed?: DeviceResult;
  /** With `compare`: there is no such device yet. */
  readonly missing?: true;
}

/**
 * Checks all devices without a change; one that is refused does not stop the others. Throws InvalidInputError for a device
 * that is there twice, and what makes the whole run impossible (no cluster, no KubeVirt).
 *
 * @param onChecked gets each device after its check, while others are still checked.
 */
export async function planFleet(context: FleetContext, request: FleetRequest, onChecked?: (one: PlannedDevice, index: number) => void): Promise<PlannedDevice[]> {
  const { cluster, clock, signal, onEvent } = context;
  // Each device listens to it.
  if (signal !== undefined) allowMany(signal);
  const problems = twiceProblems(request.devices, cluster.namespace);
  if (problems.length > 0) throw new InvalidInputError(problems, { most: 20 });
  // Without a cluster, each device would fail for the same reason.
  await cluster.serves('kubevirt.io/v1', signal === undefined ? {} : { signal });
  onEvent({ type: 'phase', phase: 'check', total: request.devices.length, at: clock.now() });
  const startedAt = clock.now();
  const trials: Trials = new Map();
  const planned: PlannedDevice[] = [];
  const namespaces = [...new Set(request.devices.map(({ device }) => device.metadata.namespace ?? cluster.namespace))];
  const checking = await checkingCluster(cluster, namespaces, signal);
  const registered = request.compare === true ? undefined : await registeredOf(context, request.devices);
  const gone = request.compare === true ? new Set<string>() : await missingNamespaces(context, namespaces);
  const turn = onChecked === undefined ? undefined : takeTurns();
  await inParallel(request.devices, request.concurrency, async (device, index) => {
    if (signal?.aborted !== true) await turn?.();
    const { name, namespace = cluster.namespace } = device.device.metadata;
    planned[index] = gone.has(namespace) ? { name, namespace, place: device.place, failed: refusedResult(noNamespace(namespace), name, namespace) } : await planOne(context, checking, request, { ...device, identity: await identityFor(checking, device, registered, context.hub?.hostname) }, { trials, timeoutMs: Math.max(1, startedAt + request.timeoutMs - clock.now()) });
    const { failed } = planned[index];
    if (failed !== undefined) onEvent({ type: 'ended', result: failed, at: clock.now() });
    onChecked?.(planned[index], index);
  });
  return planned;
}

/**
 * Each call ends in a later turn of the event loop than the one before. A check hardly waits for anything, so without this, the
 * requests of devices that are applied meanwhile would go out only after all checks.
 */
function takeTurns(): () => Promise<unknown> {
  let last: Promise<unknown> = Promise.resolve();
  return () => (last = last.then(() => new Promise(setImmediate)));
}

/** A list in a missing namespace is empty and no error, so its devices would seem to be new. */
async function missingNamespaces(context: FleetContext, namespaces: readonly string[]): Promise<ReadonlySet<string>> {
  const missing = await Promise.all(namespaces.map((namespace) => isMissingNamespace(context, namespace)));
  return new Set(namespaces.filter((_, index) => missing[index]));
}

function noNamespace(namespace: string): EdgeVmError {
  return new EdgeVmError('not-found', `namespace ${namespace} does not exist`, { hint: `Make it: kubectl create namespace ${namespace}` });
}

async function planOne(context: FleetContext, checking: Cluster, request: FleetRequest, { device, input, identity, secrets, place }: FleetDevice, run: { trials: Trials; timeoutMs: number }): Promise<PlannedDevice> {
  const { name, namespace = context.cluster.namespace } = device.metadata;
  const about = { name, namespace, place };
  if (context.signal?.aborted === true) return { ...about, failed: notBegun(name, namespace) };
  const { dryRun, wait, waitFor, skipCredentialCheck, takeOwnership, start, restart, tryChanges = false } = request;
  try {
    const known = identity.kind === 'kept' ? { skipKnownCredential: true } : {};
    const kept = request.compare === true ? { mustExist: true, compareOnly: true, skipCredentialCheck: true, wait: false } : {};
    const one = createRequest(device, request.compare === true ? { kind: 'kept' } : identity, { input, secrets, dryRun, wait, waitFor, skipCredentialCheck, takeOwnership, start, restart, tryChanges, ...run, ...known, ...kept });
    return { ...about, prepared: await prepareCurrent(context, checking, about, one) };
  } catch (error) {
    if (request.compare === true && EdgeVmError.is(error) && error.details['device'] === name) return { ...about, missing: true };
    // A check changes nothing: "applied objects stay" would be wrong.
    if (EdgeVmError.is(error) && error.code === 'interrupted') return { ...about, failed: notBegun(name, namespace) };
    return { ...about, failed: refusedResult(error, name, namespace) };
  }
}

/** These refusals depend on what others do meanwhile: on objects that came or went since the start. */
const mayBeOld: ReadonlySet<CauseCode> = new Set<CauseCode>(['identity-in-use', 'not-owned', 'not-found']);

/** Prepares with what was there at the start of the run; before a refusal that may be old by now, it looks again. */
async function prepareCurrent(context: FleetContext, checking: Cluster, about: { name: string; namespace: string }, request: CreateRequest): Promise<PreparedDevice> {
  // The second look finds the same warnings again.
  const told = new Set<string>();
  const once: FleetContext = { ...context, onEvent: (event) => {
    const warning = event.type === 'device' && event.event.type === 'warning' ? event.event.message : undefined;
    if (warning === undefined || !told.has(warning)) context.onEvent(event);
    if (warning !== undefined) told.add(warning);
  } };
  try {
    return await prepareDevice(contextOf(once, about, await clusterFor(context, checking, about)), request);
  } catch (error) {
    if (!EdgeVmError.is(error) || !mayBeOld.has(error.code) || context.signal?.aborted === true) throw error;
    return prepareDevice(contextOf(once, about), request);
  }
}

/** Preparing waits until an old machine of that name is gone: only the cluster itself shows that. */
async function clusterFor({ cluster, signal }: FleetContext, checking: Cluster, { name, namespace }: { name: string; namespace: string }): Promise<Cluster> {
  const vm = await checking.get({ type: VirtualMachine, name, namespace }, signal === undefined ? {} : { signal });
  return vm?.metadata.deletionTimestamp === undefined ? checking : cluster;
}
