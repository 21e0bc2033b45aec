import type { DeviceResult } from '../../readiness/types.js';

/** Marks the result of a dry run. */
export function dryRunMark({ dryRun }: { dryRun: 'none' | 'client' | 'server' }): Pick<DeviceResult, 'dryRun'> {
  return dryRun === 'none' ? {} : { dryRun };
}
