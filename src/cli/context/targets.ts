import type { DeviceName, DeviceSelection } from '../../fleet/index.js';
import type { Targets } from '../input/target-input.js';
import { EdgeVmError } from '../../support/errors.js';

/** Several names, or a selection. */
export type ManyTargets = Exclude<Targets, { kind: 'one' }>;

/** The devices of the command line, for a use case. `namespace`: the one of the flags or the context. */
export function devicesOf(targets: ManyTargets, namespace: string): DeviceName[] | DeviceSelection {
  if (targets.kind === 'names') return targets.names.map((name) => ({ name, namespace }));
  return { ...(targets.everywhere ? {} : { namespace }), ...(targets.labelSelector === undefined ? {} : { labelSelector: targets.labelSelector }) };
}

/** The error of a selection that no device fits. `doing`: `to wait for`. A script that asks about no device has most likely a mistake in its labels. */
export function noDevices(targets: ManyTargets, doing: string): EdgeVmError {
  const labels = targets.kind === 'names' || targets.labelSelector === undefined ? '' : ` with labels ${targets.labelSelector}`;
  return new EdgeVmError('not-found', `no devices${labels} ${doing}`, { hint: 'List the devices', advice: [{ do: 'list' }] });
}
