import type { ProvisionContext } from './types.js';

/** True if the hub credential is for another hub than the device's; false if there is no credential, or the device's hub is unknown. */
export function isOfAnotherHub({ hub }: Pick<ProvisionContext, 'hub'>, deviceHub: string | null): boolean {
  return hub !== undefined && deviceHub !== null && hub.hostname.toLowerCase() !== deviceHub.toLowerCase();
}
