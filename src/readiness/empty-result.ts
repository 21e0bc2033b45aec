import type { DeviceResult } from './types.js';

/** A result with only a name and a namespace. */
export function emptyResult(name: string, namespace: string): DeviceResult {
  return {
    name, namespace, ready: false, stage: null,
    device: { hub: null, id: null },
    vm: { phase: null, status: null, node: null, ip: null },
    edge: { code: null, description: null, runtimeStatus: null, connectionState: null, modules: [], evidence: null },
    conditions: [], seconds: {}, changes: [], warnings: [],
  };
}
