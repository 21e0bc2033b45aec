import { VirtualMachine } from '../cluster/kinds.js';
import { deviceOf, isOurs } from '../cluster/owned.js';
import { requireEvidence } from './common/require-evidence.js';
import { withRefusals } from './common/refusals.js';
import { ref } from '../cluster/ref.js';
import type { KubeObject } from '../cluster/types.js';
import { followDevice } from '../readiness/follow.js';
import { resultOf } from '../readiness/result.js';
import { noSuchDevice } from './common/no-such-device.js';
import type { DeviceResult, ProvisionContext } from '../readiness/types.js';
import type { WaitRequest } from './types.js';

/**
 * Waits until an existing device has reached `waitFor`; else `cause` says why (terminal failure, `timed-out`,
 * `interrupted`). Throws `EdgeVmError`: `not-found` if there is no such device, `usage` if no evidence for the stage is possible, and the errors of the cluster port.
 */
export async function waitDevice(context: ProvisionContext, request: WaitRequest): Promise<DeviceResult> {
  const startedAt = context.clock.now();
  const vm = await context.cluster.get(ref(VirtualMachine, request.name, request.namespace), context.signal === undefined ? {} : { signal: context.signal });
  if (vm === undefined || !isOurs(vm)) throw await noSuchDevice(context, request);
  return (await withRefusals(context, [await waitForMachine(context, request, vm, startedAt)]))[0]!;
}

/**
 * The same for a device whose machine the caller has just read.
 *
 * @param startedAt milliseconds since the epoch: the seconds of the result count from here.
 */
export async function waitForMachine(context: ProvisionContext, request: WaitRequest, vm: KubeObject, startedAt: number): Promise<DeviceResult> {
  const device = deviceOf(vm);
  requireEvidence(context, request.waitFor, device.hub);
  const outcome = await followDevice(context, { ...request, startedAt, device, vm });
  return resultOf(outcome, request);
}
