import type { DeviceResult } from '../types.js';

/** A result of which nothing but name and namespace is known. */
export function emptyResult(name: string, namespace: string): DeviceResult {
  return {
    name, namespace, ready: false, rung: null,
    device: { hub: null, id: null },
    vm: { phase: null, status: null, node: null, ip: null },
    edge: { code: null, description: null, runtimeStatus: null, connectionState: null, modules: [], evidence: null },
    conditions: [], seconds: {}, changes: [], warnings: [],
  };
}

/** Marks the result of a request that only tries. */
export function dryRunMark({ dryRun }: { dryRun: 'none' | 'client' | 'server' }): Pick<DeviceResult, 'dryRun'> {
  return dryRun === 'none' ? {} : { dryRun };
}
