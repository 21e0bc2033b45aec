import { deleteDevice } from '../provision/delete/index.js';
import type { DeleteRequest } from '../provision/types.js';
import type { Change, DeviceResult } from '../readiness/types.js';
import { inParallel } from '../support/parallel.js';
import { contextOf, type FleetContext } from './context.js';
import { failedResult, notBegun } from './failed.js';
import { summaryOf, type FleetResult } from './outcome.js';
import { followingContext } from './follow/following.js';
import type { DeviceName } from './select.js';

/** How `deleteFleet` deletes: for all devices alike. */
export interface FleetDeleteRequest extends Pick<DeleteRequest, 'keepDisk' | 'deregister' | 'deleteNamespace' | 'ignoreNotFound' | 'wait' | 'dryRun'> {
  devices: readonly DeviceName[];
  /** For the whole run; a question to a person does not count. */
  timeoutMs: number;
  /** Devices that are deleted at the same time. */
  concurrency: number;
}

/** What deleting a device would change. */
export interface PlannedDeletion extends DeviceName {
  changes: readonly Change[];
}

/** Options of `deleteFleet`. */
export interface FleetDeleteOptions {
  /** Called with all planned changes before anything is deleted. If it throws, the run ends there. Not for a dry run. */
  confirm?: (planned: readonly PlannedDeletion[]) => Promise<void>;
}

/**
 * Deletes many devices as `deleteDevice` does, some at a time. A device that fails does not stop the others; its result has
 * the cause. Throws only what `confirm` throws.
 */
export async function deleteFleet(context: FleetContext, request: FleetDeleteRequest, { confirm }: FleetDeleteOptions = {}): Promise<FleetResult> {
  const { clock, signal, onEvent } = context;
  const { devices, concurrency, timeoutMs, ...how } = request;
  let startedAt = clock.now();
  const items: DeviceResult[] = [];
  const following = followingContext(context);
  const one = async ({ name, namespace }: DeviceName, dryRun: DeleteRequest['dryRun'], quiet: boolean): Promise<DeviceResult> => {
    if (signal?.aborted === true) return notBegun(name, namespace);
    const own = quiet ? { ...context, onEvent: () => undefined } : following.context;
    try {
      return await deleteDevice(contextOf(own, { name, namespace }), { ...how, name, namespace, dryRun, timeoutMs: Math.max(1, startedAt + timeoutMs - clock.now()) });
    } catch (error) {
      return failedResult(error, name, namespace);
    }
  };
  const end = (index: number, result: DeviceResult): void => {
    items[index] = result;
    onEvent({ type: 'ended', result, at: clock.now() });
  };
  if (request.dryRun === 'none' && confirm !== undefined) {
    onEvent({ type: 'phase', phase: 'check', total: devices.length, at: clock.now() });
    const planned: DeviceResult[] = [];
    await inParallel(devices, concurrency, async (device, index) => {
      planned[index] = await one(device, 'client', true);
      // What cannot even be planned fails now, and its turn does not come.
      if (planned[index].cause !== undefined) end(index, planned[index]);
    });
    const before = clock.now();
    if (signal?.aborted !== true) await confirm(planned.filter(({ cause }) => cause === undefined));
    startedAt += clock.now() - before;
  }
  onEvent({ type: 'phase', phase: 'delete', total: devices.filter((_, index) => items[index] === undefined).length, at: clock.now(), ...(request.dryRun === 'none' ? {} : { dryRun: true }) });
  await inParallel(devices, concurrency, async (device, index) => {
    if (items[index] === undefined) end(index, await one(device, request.dryRun, false));
  }).finally(following.end);
  return { items, summary: summaryOf(items, (clock.now() - startedAt) / 1000) };
}
