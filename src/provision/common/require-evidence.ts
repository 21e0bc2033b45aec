import { use } from '../../support/advice.js';
import { EdgeVmError } from '../../support/errors.js';
import type { ProvisionContext, Stage } from '../../readiness/types.js';
import { isOfAnotherHub } from '../../readiness/another-hub.js';

/** Refuses to wait for a stage without possible evidence: only the hub's twin shows a deployment. Throws `usage`. */
export function requireEvidence(context: ProvisionContext, waitFor: Stage, deviceHub: string | null): void {
  if (waitFor !== 'deployed') return;
  const { hub } = context;
  const other = isOfAnotherHub(context, deviceHub);
  if (hub !== undefined && !other) return;
  throw new EdgeVmError('usage', `only ${deviceHub ?? 'the hub'} knows whether a device is deployed, and ${other ? `the credential is for ${hub?.hostname}` : 'there is no credential for it'}`, {
    hint: 'Wait for connected, or give a service credential of that hub', advice: use('hub'),
  });
}
