import type { FleetDevice } from '../../src/fleet/types.js';
import { device } from './scenario.js';

/** So many devices that register themselves, `gw-01` and so on, each with settings of its own. */
export function fleetOf(count: number, more: (index: number) => Parameters<typeof device>[0] = () => ({})): FleetDevice[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `gw-${String(index + 1).padStart(2, '0')}`;
    const input = more(index);
    const one = device({ ...input, metadata: { name, ...input?.metadata }, spec: { identity: { register: {} }, ...input?.spec } });
    return { place: `row ${index + 1}`, device: one, input: one, identity: { kind: 'register', deviceId: name }, secrets: {} };
  });
}
