import type { KubeObject } from '../cluster/types.js';
import { conditionType, STAGES } from '../readiness/types.js';
import { passedOn, stamp, type Wanted } from './conditions.js';
import type { OperatorContext } from './context.js';
import { statusIn } from './registration.js';
import { writeStatus } from './report.js';

const stages: ReadonlySet<string> = new Set([...STAGES.map(conditionType), 'GuestAgentConnected', 'UpToDate']);

/** Says how far the deletion is. Nothing that is said of the VM may be true any more. */
export async function tellDeletion(context: OperatorContext, resource: KubeObject, message: string, ...more: Wanted[]): Promise<KubeObject> {
  const { stage: _stage, vm: _vm, edge: _edge, summary: _summary, versions: _versions, retrying: _retrying, pending: _pending, ...before } = statusIn(resource);
  const changed: Wanted[] = [{ type: 'Ready', status: 'False', reason: 'Deleting', message: `is being deleted; ${message}` }, ...more];
  const types = new Set(changed.map(({ type }) => type));
  const others = (before.conditions ?? []).filter(({ type }) => !types.has(type));
  const wanted = [...changed, ...others.map((one): Wanted => (stages.has(one.type) ? { type: one.type, status: 'False', reason: 'Deleting', message: 'is being deleted' } : passedOn(one)))];
  return writeStatus(context, resource, { ...before, conditions: stamp(wanted, before.conditions, resource.metadata.generation ?? 0, context.clock.now()) });
}

/** The deletion begins when the present work on the device has ended. */
export async function tellOfWork(context: OperatorContext, resource: KubeObject): Promise<KubeObject> {
  const { registration } = statusIn(resource);
  const what = registration?.state === 'Registering' ? `the request to register device ${registration.deviceId} in ${registration.hub}` : 'a request about the device to its hub';
  return tellDeletion(context, resource, `${what} is under way, and the operator waits for its end (at most a minute)`);
}
