import type { ProvisionContext } from './types.js';

/** The credential at hand is of another hub than the device's; false where there is none, or the device's is not known. */
export function isOfAnotherHub({ hub }: Pick<ProvisionContext, 'hub'>, deviceHub: string | null): boolean {
  return hub !== undefined && deviceHub !== null && hub.hostname.toLowerCase() !== deviceHub.toLowerCase();
}
