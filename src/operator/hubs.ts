import type { Hub } from '../hub/types.js';
import type { Hubs } from './context.js';
import type { RegistryTurns } from './registry-turns.js';
import type { Twins } from './twins.js';

/** A hub, and the twins of its devices. */
export interface PolledHub {
  hub: Hub;
  twins: Twins;
  turns: RegistryTurns;
}

/** The hubs by host name (lower case), as the work on one device sees them. */
export function hubsOf(pollers: ReadonlyMap<string, PolledHub>): Hubs {
  const all = [...pollers.values()];
  const find = (hostname: string | null | undefined): PolledHub | undefined => {
    if (hostname !== null && hostname !== undefined) return pollers.get(hostname.toLowerCase());
    return all.length === 1 ? all[0] : undefined;
  };
  return {
    names: all.map(({ hub }) => hub.hostname),
    hub: (hostname) => find(hostname)?.hub,
    turns: (hostname) => find(hostname)?.turns,
    twin: (hostname, id) => find(hostname)?.twins.of(id) ?? { answer: undefined, problem: undefined },
  };
}
