import type { KubeObject } from '../../cluster/types.js';
import { reportOf, type Reported } from './report.js';
import { targetOf } from './select.js';
import type { DeploymentContext } from './types.js';

/** EdgeDevices to which the hub has applied this automatic deployment: it writes that on the twin of the edge agent. */
export function appliedBy({ hubs, clock }: Pick<DeploymentContext, 'hubs' | 'clock'>, id: string, devices: readonly KubeObject[], hostname: string): Reported[] {
  return devices.flatMap((device) => {
    const target = targetOf(device);
    if (target === undefined || target.hub.toLowerCase() !== hostname.toLowerCase()) return [];
    const twin = hubs.twin(target.hub, target.deviceId).answer?.value;
    return twin?.configurations?.[id]?.status === 'Applied' ? [reportOf(device, target, twin, { applied: true }, clock.now())] : [];
  });
}
