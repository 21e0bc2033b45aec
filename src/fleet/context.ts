import type { DeviceResult, ProvisionContext, ProvisionEvent } from '../readiness/types.js';

/** What a run with many devices tells while it works. */
export type FleetEvent =
  /** A part of the run begins; `total` devices go through it, or come later. A device that has ended before is not one of them. `dryRun`: it changes nothing. */
  | { type: 'phase'; phase: 'check' | 'apply' | 'delete' | 'wait'; total: number; at: number; dryRun?: true }
  /** An event of one device. */
  | { type: 'device'; name: string; namespace: string; event: ProvisionEvent }
  /** A device has ended: `result.cause` says why, if it failed. */
  | { type: 'ended'; result: DeviceResult; at: number };

/** All I/O of a run with many devices, injected. */
export interface FleetContext extends Omit<ProvisionContext, 'onEvent'> {
  onEvent: (event: FleetEvent) => void;
}

/** The context of one device of the run. */
export function contextOf(context: FleetContext, { name, namespace }: { name: string; namespace: string }, cluster = context.cluster): ProvisionContext {
  return { ...context, cluster, onEvent: (event) => context.onEvent({ type: 'device', name, namespace, event }) };
}
