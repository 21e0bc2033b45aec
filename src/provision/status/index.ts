import { withRefusals } from '../common/refusals.js';
import { noSuchDevice } from '../common/no-such-device.js';
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

/** Which device `getStatus` asks for. */
export interface StatusRequest {
  name: string;
  namespace: string;
  /** `false`: leave out the console and `ping`, which need a request each. Default true. */
  deep?: boolean;
  /** `false`: read the registration in the hub only if edgeAgent does not answer `ping`: one S1 unit answers 100 such reads a minute. Default true. */
  registry?: boolean;
  /** The stage that `ready` means; default `connected`. */
  waitFor?: Stage;
  /** For everything together; default 10,000. */
  timeoutMs?: number;
}

/**
 * The state of a device at this moment: it asks everything once. A failure becomes the `cause` at once; this does not wait
 * to see whether it lasts.
 *
 * Throws `EdgeVmError`: `not-found` if there is no such VM, and the errors of the cluster port. If the hub does not
 * answer, `warnings` and the condition `Connected` say so.
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
      askHub(context, observations, { ping: deep, registry: request.registry !== false, signal: deadline.signal }),
    ]);
    if (observations.hub.problem !== undefined) problem.warnings.push(`the hub could not be asked: ${observations.hub.problem}`);
    else if (isOfAnotherHub(context, observations.device.hub)) problem.warnings.push(`the device belongs to ${observations.device.hub}, but the credential is for ${context.hub?.hostname}: edge-vm did not ask its hub`);
    observations.now = context.clock.now();
    const evaluation = evaluate(observations, options);
    const seen = track(noTrack, evaluation, observations.now);
    const cause = evaluation.suspicion?.cause;
    const result = resultOf(
      { observations, evaluation, track: seen.track, seconds: {}, warnings: problem.warnings, ...(cause === undefined ? {} : { cause }) },
      { ...request, waitFor: options.waitFor },
    );
    return (await withRefusals({ cluster: context.cluster, signal: deadline.signal }, [result]))[0]!;
  } catch (error) {
    throw deadline.expired ? new EdgeVmError('timed-out', 'the cluster did not answer in time', { cause: error }) : error;
  } finally {
    deadline.dispose();
  }
}

/** A deleted device may have left its disk. */
async function nothingButDisks(context: ProvisionContext, request: StatusRequest): Promise<EdgeVmError> {
  const { name, namespace } = request;
  const disks = await listKeptDisks(context, { namespace, instance: name });
  if (disks.length === 0) return noSuchDevice(context, request);
  return new EdgeVmError('not-found', `no device ${name} in namespace ${namespace}; a deleted device of that name left ${disks.map((disk) => disk.name).join(', ')}`, {
    hint: 'If you create the device again, it uses the disk again. To remove the disk, delete the device', advice: [{ do: 'delete', name, namespace }], details: { device: name, keptDisks: disks.map((disk) => disk.name) },
  });
}
