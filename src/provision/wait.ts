import { VirtualMachine } from '../cluster/kinds.js';
import { deviceOf, isOurs } from '../cluster/owned.js';
import { requireEvidence } from './common/require-evidence.js';
import { ref } from '../cluster/ref.js';
import { followDevice } from '../readiness/follow.js';
import { resultOf } from '../readiness/result.js';
import { noSuchDevice } from './status/index.js';
import type { DeviceResult, ProvisionContext } from '../readiness/types.js';
import type { WaitRequest } from './types.js';

/**
 * Waits for a device that exists until `waitFor` is proven; `cause` tells why it was not (terminal failure, `timed-out`,
 * `interrupted`). Throws `EdgeVmError`: `not-found` when there is no such device, `usage` when nobody could prove the stage, and what the cluster port throws.
 */
export async function waitDevice(context: ProvisionContext, request: WaitRequest): Promise<DeviceResult> {
  const startedAt = context.clock.now();
  const vm = await context.cluster.get(ref(VirtualMachine, request.name, request.namespace), context.signal === undefined ? {} : { signal: context.signal });
  if (vm === undefined || !isOurs(vm)) throw noSuchDevice(request);
  const device = deviceOf(vm);
  requireEvidence(context, request.waitFor, device.hub);
  const outcome = await followDevice(context, { ...request, startedAt, device, vm });
  return resultOf(outcome, request);
}
