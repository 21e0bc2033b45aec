import type { DeviceResult, ProvisionContext } from '../readiness/types.js';
import { abortError } from '../support/abort.js';
import { EdgeVmError } from '../support/errors.js';
import { inParallel } from '../support/parallel.js';
import { contextOf, type FleetContext } from './context.js';
import { failedResult, notBegun } from './failed.js';
import { summaryOf, type FleetResult } from './outcome.js';
import type { DeviceName } from './select.js';

/** What is done with each device; it gives the device's result, or throws. */
export type DeviceWork = (context: ProvisionContext, device: DeviceName) => Promise<DeviceResult>;

/**
 * Does `work` for each device, for at most `concurrency` of them at a time. A device that fails does not stop the others; its
 * result has the cause. The results are in the order of the devices.
 */
export async function forEachDevice(context: FleetContext, devices: readonly DeviceName[], concurrency: number, work: DeviceWork): Promise<FleetResult> {
  const { clock, signal, onEvent } = context;
  const startedAt = clock.now();
  const items: DeviceResult[] = [];
  await inParallel(devices, concurrency, async (device, index) => {
    const { name, namespace } = device;
    const result = signal?.aborted === true ? notBegun(name, namespace)
      : await work(contextOf(context, device), device).catch((error: unknown) => failedResult(signal?.aborted === true && !EdgeVmError.is(error) ? abortError(signal) : error, name, namespace));
    items[index] = result;
    onEvent({ type: 'ended', result, at: clock.now() });
  });
  return { items, summary: summaryOf(items, (clock.now() - startedAt) / 1000) };
}
