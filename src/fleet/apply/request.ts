import { defaultConcurrency } from '../../cluster/gate.js';
import type { CreateRequest } from '../../provision/types.js';
import type { FleetDevice } from '../types.js';

/** How `applyFleet` applies: for all devices alike. */
export interface FleetRequest extends Pick<CreateRequest, 'dryRun' | 'wait' | 'waitFor' | 'skipCredentialCheck' | 'takeOwnership' | 'start' | 'tryChanges'> {
  devices: readonly FleetDevice[];
  restart: boolean;
  /** For the whole run; a question to a person does not count. */
  timeoutMs: number;
  /** Also delete the devices with these labels, in the namespaces of the given ones, that are not given: see `removalsOf`. */
  prune?: string;
  /** Only compare with what exists: needs no credential, and a device that is not there is `missing`. */
  compare?: boolean;
  /** Devices that are checked or applied at the same time; any number is followed. */
  concurrency: number;
}

/** The request with the defaults of `edge-vm apply`. It works on as many devices as the cluster port sends requests: fewer leave an API server idle, more would wait for each other. */
export function fleetRequest(devices: readonly FleetDevice[], change: Partial<Omit<FleetRequest, 'devices'>> = {}): FleetRequest {
  return { devices, dryRun: 'none', wait: true, waitFor: 'connected', timeoutMs: 1_800_000, skipCredentialCheck: false, takeOwnership: false, start: false, restart: false, concurrency: defaultConcurrency, ...change };
}
