import type { KubeObject } from '../../cluster/types.js';
import { isMapping } from '../../support/plain.js';
import type { Look } from './look.js';
import { reportOf, type Reported } from './report.js';
import { isSelected, missingOf, notFound, targetOf } from './select.js';
import type { EdgeDeploymentSpec, DeploymentContext } from './types.js';

/** The hub decides: shows what it wants of each selected device, and what the devices report. It writes nothing to the hub. */
export function mirror(context: DeploymentContext, spec: EdgeDeploymentSpec, devices: readonly KubeObject[], intervalMs: number): Look {
  const selected = devices.filter((device) => device.metadata.deletionTimestamp === undefined && isSelected(spec, device));
  const missing = missingOf(spec, devices);
  return { devices: selected.map((device) => mirrorOf(context, device)), conditions: missing.length === 0 ? [] : [{ type: 'Applied', status: 'False', reason: 'DeviceNotFound', message: notFound(missing) }], afterMs: intervalMs };
}

function mirrorOf({ hubs, clock }: DeploymentContext, device: KubeObject): Reported {
  const target = targetOf(device);
  if (target === undefined) return reportOf(device, target, undefined, { applied: false, message: 'the device has no identity in a hub yet' }, clock.now());
  if (hubs.hub(target.hub) === undefined) return reportOf(device, target, undefined, { applied: false, message: `the operator has no credential for hub ${target.hub}` }, clock.now());
  const { answer, problem } = hubs.twin(target.hub, target.deviceId);
  const twin = answer?.value;
  // Only `$version` and `$metadata`: nobody has set a deployment.
  const applied = twin !== undefined && Object.entries(twin.desired).some(([key, value]) => !key.startsWith('$') && isMapping(value));
  const message = problem ?? (answer === undefined ? 'the hub was not asked yet' : twin === undefined ? `hub ${target.hub} has no edge device ${target.deviceId}` : 'no deployment is set for the device in the hub');
  return reportOf(device, target, twin, { applied, ...(applied ? {} : { message }) }, clock.now());
}
