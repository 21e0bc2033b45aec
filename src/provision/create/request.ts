import type { EdgeDevice } from '../../spec/types.js';
import type { CreateRequest, IdentityRequest } from '../types.js';

/** A request with the defaults of `edge-vm create`: wait up to 15 minutes for `connected`. */
export function createRequest(device: EdgeDevice, identity: IdentityRequest, change: Partial<Omit<CreateRequest, 'device' | 'identity'>> = {}): CreateRequest {
  return {
    device, identity, secrets: {}, dryRun: 'none', wait: true, waitFor: 'connected', timeoutMs: 900_000,
    skipCredentialCheck: false, takeOwnership: false, start: false, namespacePerDevice: false,
    ...change,
  };
}
