import type { KubeObject } from '../../cluster/types.js';
import type { Wanted } from '../conditions.js';
import { appliedBy } from './applied-by.js';
import { claimsOf, writesToDevices } from './claims.js';
import { conflictOf, type Namespace } from './git-look.js';
import type { Look } from './look.js';
import { reportOf } from './report.js';
import { isSelected, targetOf } from './select.js';
import type { EdgeDeploymentSpec, EdgeDeploymentStatus, DeploymentContext } from './types.js';

/** What is known of the devices while nothing can be applied: they go on with what they had, and report it. */
export function lastKnown(context: DeploymentContext, resource: KubeObject, spec: EdgeDeploymentSpec, devices: readonly KubeObject[], message: string): Pick<Look, 'devices' | 'configuration' | 'counts'> {
  if (spec.apply === 'Automatic') return lastOfHub(context, resource, devices);
  const selected = devices.filter((device) => device.metadata.deletionTimestamp === undefined && isSelected(spec, device));
  return {
    devices: selected.map((device) => {
      const target = targetOf(device);
      return reportOf(device, target, target && context.hubs.twin(target.hub, target.deviceId).answer?.value, { applied: false, message }, context.clock.now());
    }),
  };
}

/** While nothing can be applied, an EdgeDeployment that has applied keeps its devices from others. */
export function lastConflicts(resource: KubeObject, spec: EdgeDeploymentSpec, { devices, deployments }: Namespace): Wanted[] {
  if (!writesToDevices(resource)) return [];
  return conflictOf(claimsOf(resource, devices.filter((device) => device.metadata.deletionTimestamp === undefined && isSelected(spec, device)), deployments));
}

/** The automatic deployment as it was seen last: it stays in the hub. */
export function lastOfHub(context: Pick<DeploymentContext, 'hubs' | 'clock'>, { status = {} }: KubeObject, devices: readonly KubeObject[]): Pick<Look, 'devices' | 'configuration' | 'counts'> {
  const { configuration, counts } = status as EdgeDeploymentStatus;
  return {
    devices: configuration?.hub === undefined ? [] : appliedBy(context, configuration.id, devices, configuration.hub),
    ...(configuration === undefined ? {} : { configuration }), ...(counts === undefined ? {} : { counts }),
  };
}
