import { listKeptDisks } from '../kept-disks.js';
import { EdgeVmError } from '../../support/errors.js';
import { isOfAnotherHub } from '../../readiness/another-hub.js';
import { startDeadline } from '../../support/deadline.js';
import { evaluate } from '../../readiness/evaluate.js';
import { resultOf } from '../../readiness/result.js';
import { noTrack, track } from '../../readiness/track.js';
import { defaultEvaluateOptions } from '../../readiness/verdict.js';
import type { DeviceResult, ProvisionContext, Stage } from '../../readiness/types.js';
import { gatherCluster } from './gather-cluster.js';
import { readConsole } from './read-console.js';
import { askHub } from './ask-hub.js';

export interface StatusRequest {
  name: string;
  namespace: string;
  /** `false`: leave out what costs a request each of its own, the console and `ping`. Default true. */
  deep?: boolean;
  /** The stage that `ready` means; default `connected`. */
  waitFor?: Stage;
  /** For everything together; default 10,000. */
  timeoutMs?: number;
}

/**
 * How a device is at this moment: everything is asked once. A terminal failure that is seen is given as `cause` without
 * waiting whether it lasts.
 *
 * Throws `EdgeVmError`: `not-found` when there is no such VM, and what the cluster port throws. A hub that does not
 * answer is told in `warnings` and in the condition `Connected`.
 */
export async function getStatus(context: ProvisionContext, request: StatusRequest): Promise<DeviceResult> {
  const deadline = startDeadline(context.clock, request.timeoutMs ?? 10_000, context.signal);
  const deep = request.deep !== false;
  const options = { ...defaultEvaluateOptions, waitFor: request.waitFor ?? 'connected' };
  try {
    const observations = await gatherCluster(context, request, deadline.signal);
    if (observations.vm === undefined) throw await nothingButDisks(context, request);
    const problem = { warnings: [] as string[] };
    await Promise.all([
      deep ? readConsole(context, observations, deadline.signal, problem.warnings) : undefined,
      askHub(context, observations, { ping: deep, signal: deadline.signal }),
    ]);
    if (observations.hub.problem !== undefined) problem.warnings.push(`the hub could not be asked: ${observations.hub.problem}`);
    else if (isOfAnotherHub(context, observations.device.hub)) problem.warnings.push(`the device belongs to ${observations.device.hub}, and the credential is of ${context.hub?.hostname}: its hub was not asked`);
    observations.now = context.clock.now();
    const evaluation = evaluate(observations, options);
    const seen = track(noTrack, evaluation, observations.now);
    const cause = evaluation.suspicion?.cause;
    return resultOf(
      { observations, evaluation, track: seen.track, seconds: {}, warnings: problem.warnings, ...(cause === undefined ? {} : { cause }) },
      { ...request, waitFor: options.waitFor },
    );
  } catch (error) {
    throw deadline.expired ? new EdgeVmError('timed-out', 'the cluster did not answer in time', { cause: error }) : error;
  } finally {
    deadline.dispose();
  }
}

/** A device that was deleted may have left its disk. */
async function nothingButDisks(context: ProvisionContext, request: StatusRequest): Promise<EdgeVmError> {
  const { name, namespace } = request;
  const disks = await listKeptDisks(context, { namespace, instance: name });
  if (disks.length === 0) return noSuchDevice(request);
  return new EdgeVmError('not-found', `no device ${name} in namespace ${namespace}; of one that was deleted ${disks.map((disk) => disk.name).join(', ')} is kept`, {
    hint: 'Creating the device again takes the disk up, deleting it removes the disk', advice: [{ do: 'delete', name, namespace }], details: { device: name, keptDisks: disks.map((disk) => disk.name) },
  });
}

export function noSuchDevice({ name, namespace }: { name: string; namespace: string }): EdgeVmError {
  return new EdgeVmError('not-found', `no device ${name} in namespace ${namespace}`, { hint: 'See which devices there are', advice: [{ do: 'list' }], details: { device: name } });
}
