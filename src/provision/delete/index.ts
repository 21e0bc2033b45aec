import { gitOpsSourceOf } from '../../cluster/gitops.js';
import { use } from '../../support/advice.js';
import { EdgeVmError } from '../../support/errors.js';
import { startDeadline, type Deadline } from '../../support/deadline.js';
import { withTrouble } from '../../readiness/hub-trouble.js';
import { withResult } from '../../readiness/provision-error.js';
import { edgeDeviceNamed, goingWith, keptBy } from '../common/edge-device.js';
import { LABEL_DEREGISTER } from '../../spec/labels.js';
import { runStep } from '../common/emit.js';
import { noSuchDevice } from '../common/no-such-device.js';
import { dryRunMark } from '../common/result.js';
import { emptyResult } from '../../readiness/empty-result.js';
import { keptIn } from '../kept/document.js';
import type { DeleteRequest } from '../types.js';
import type { Change, DeviceResult, ProvisionContext } from '../../readiness/types.js';
import { checkDeregister, deregister } from './deregister.js';
import { findDevice, isNothing, type Found } from './find.js';
import { checkKeepDisk, disksToKeep } from './keep-disk.js';
import { checkDeleteNamespace, finishNamespace, planNamespace } from './namespace.js';
import { decide, explainKept } from './policy.js';
import { deleteDisks, deleteRest } from './rest.js';
import { warn, type DeleteState } from './state.js';
import { deleteVirtualMachine } from './virtual-machine.js';

/** Options of `deleteDevice`. */
export interface DeleteOptions {
  /** Called with the planned changes before anything is deleted. If it throws, the run ends there. Not for a dry run. */
  confirm?: (changes: readonly Change[]) => Promise<void>;
}

/**
 * Deletes all that edge-vm made for a device. If a run was killed, the next one finishes it. With `deregister` it waits
 * until the VM is gone, even without `wait`.
 *
 * Throws `EdgeVmError`: `not-found` if there is nothing of that name (unless `ignoreNotFound`), `not-owned`, `owned-by-edgedevice`,
 * `timed-out`, `interrupted`, and the errors of the ports. After the first change it is a `ProvisionError`, whose
 * `result` has the changes.
 */
export async function deleteDevice(context: ProvisionContext, asked: DeleteRequest, { confirm }: DeleteOptions = {}): Promise<DeviceResult> {
  const deadline = startDeadline(context.clock, asked.timeoutMs, context.signal);
  const state: { current?: DeleteState } = {};
  try {
    const found = await findDevice(context, asked, deadline.signal);
    const request = decide(asked, found);
    await checkDeregister(context, request, found, deadline.signal);
    await checkKeepDisk(context, request, found, deadline.signal);
    await checkDeleteNamespace(context, request, deadline.signal);
    const current: DeleteState = { context, request, deadline, found, changes: [], warnings: [] };
    // A killed run may have left only the namespace.
    const anything = !isNothing(found) || (request.deleteNamespace === true && found.namespace !== undefined);
    if (!anything) await checkEdgeDevice(context, request, deadline.signal);
    if (!anything && request.ignoreNotFound !== true) throw await nothing(context, request, found);
    state.current = current;
    if (!anything) return resultOf(current, asked);
    warnOfSource(current);
    warnOfSettings(current);
    warnOfHubDevice(current);
    if (request.dryRun === 'none') {
      await confirm?.(explainKept(plan(current), request, asked));
      await deleteAll(current);
    } else current.changes.push(...plan(current));
    return resultOf(state.current, asked);
  } catch (error) {
    throw explain(error, context, deadline, asked, state.current);
  } finally {
    deadline.dispose();
  }
}

/** The operator would make the device after all. */
async function checkEdgeDevice({ cluster }: ProvisionContext, request: DeleteRequest, signal: AbortSignal): Promise<void> {
  const found = await edgeDeviceNamed({ cluster, signal }, request);
  if (found !== undefined) throw found.metadata.deletionTimestamp === undefined ? keptBy(found.metadata.name, request) : goingWith(found, request);
}

async function deleteAll(state: DeleteState): Promise<void> {
  const step = (name: string, work: (state: DeleteState) => Promise<void>): Promise<void> => runStep(state.context, name, () => work(state));
  await step('delete VirtualMachine', deleteVirtualMachine);
  // Before the Secret and the rest: they name the device, if this fails and is run again.
  if (state.request.deregister) await step('deregister device', deregister);
  await step('delete disks', deleteDisks);
  await step('delete Secret and Service', deleteRest);
  if (state.request.deleteNamespace === true) await step('delete namespace', finishNamespace);
  else await finishNamespace(state);
}

/** An earlier run was to delete the hub device too, and was stopped before it did. */
function warnOfHubDevice(state: DeleteState): void {
  const { found: { vm, secret, device }, request } = state;
  if (request.deregister || vm !== undefined || device.id === null || secret?.metadata.labels?.[LABEL_DEREGISTER] !== 'true') return;
  warn(state, `an earlier delete of ${request.name} was stopped before it deleted device ${device.id} in hub ${device.hub ?? '(unknown)'}, and this one leaves it there: nothing in the cluster names it any more`);
}

/** A GitOps tool makes the objects again at its next sync, perhaps without their Secret. */
function warnOfSource(state: DeleteState): void {
  const source = state.found.vm === undefined ? undefined : gitOpsSourceOf(state.found.vm);
  if (source !== undefined) warn(state, `${source} applies the VirtualMachine ${state.request.name} and will create it again. Remove the device from the repository instead`);
}

/** The settings are in the Secret, which goes; a later create with the kept disk would use defaults. */
function warnOfSettings(state: DeleteState): void {
  if (!losesSettings(state)) return;
  const { name, namespace } = state.request;
  warn(state, `the settings of ${name} are not kept with its disk: a later create needs them again. To keep them, write them to a file before the delete, and create the device from that file`, [{ do: 'get', name, namespace }]);
}

function losesSettings({ request, found }: DeleteState): boolean {
  return request.keepDisk && disksToKeep(found).length > 0 && keptIn(found.secret) !== undefined;
}

/** The changes that a delete would make. */
function plan(state: DeleteState): Change[] {
  const { found, request } = state;
  const changes: Change[] = [];
  const add = (kind: string, name: string, outcome: 'deleted' | 'kept'): number => changes.push({ kind, name, outcome });
  if (found.vm !== undefined) add('VirtualMachine', request.name, 'deleted');
  for (const disk of found.disks) add('DataVolume', disk.metadata.name, request.keepDisk ? 'kept' : 'deleted');
  if (found.service !== undefined) add('Service', found.service.metadata.name, 'deleted');
  if (found.secret !== undefined) changes.push({ kind: 'Secret', name: found.secret.metadata.name, outcome: 'deleted', ...(losesSettings(state) ? { detail: 'with the settings of the device' } : {}) });
  if (request.deregister && found.device.id !== null) add('Device', found.device.id, 'deleted');
  planNamespace({ ...state, changes });
  return changes;
}

async function nothing(context: ProvisionContext, { name, namespace }: DeleteRequest, found: Found): Promise<EdgeVmError> {
  if (found.namespace === undefined) return noSuchDevice(context, { name, namespace });
  return new EdgeVmError('not-found', `no device ${name} in namespace ${namespace}`, { hint: 'The namespace itself still exists: edge-vm made it, and deletes it only if you ask for it.', advice: use('deleteNamespace') });
}

function resultOf({ request, found, changes, warnings }: DeleteState, asked: DeleteRequest): DeviceResult {
  return { ...emptyResult(request.name, request.namespace), device: found.device, changes: explainKept(changes, request, asked), warnings, ...dryRunMark(request) };
}

function explain(error: unknown, context: ProvisionContext, deadline: Deadline, request: DeleteRequest, state: DeleteState | undefined): unknown {
  // The error of the deadline itself says nothing; others know what they have waited for.
  const explains = EdgeVmError.is(error) && ['timed-out', 'interrupted'].includes(error.code) && error !== deadline.signal.reason;
  const known = deadline.signal.aborted && !explains ? abortedError(context, deadline, request, error) : error;
  return state === undefined ? known : withResult(known, resultOf(state, request));
}

function abortedError(context: ProvisionContext, { expired }: Deadline, { name }: DeleteRequest, cause: unknown): EdgeVmError {
  const hint = 'Deleted objects stay deleted. Do the same again to continue.';
  if (!expired) return new EdgeVmError('interrupted', 'interrupted', { cause, hint });
  const words = withTrouble(context, { message: `${name} was not deleted in time`, hint });
  return new EdgeVmError('timed-out', words.message, { cause, hint: words.hint });
}
