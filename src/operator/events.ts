import type { KubeObject } from '../cluster/types.js';
import { camelCase } from '../readiness/ready.js';
import type { Change } from '../readiness/types.js';
import { inFull } from './conditions.js';
import type { Recorder } from './context.js';
import { isOfLoss } from './disk-goes.js';
import type { Provided } from './provide.js';
import type { EdgeDeviceStatus, StatusCondition } from './types.js';

/** Events for what changed since the last status: they tell the story that the conditions do not keep. */
export function tellOf(recorder: Recorder, resource: KubeObject, before: EdgeDeviceStatus, now: EdgeDeviceStatus, { changes, isDrift }: Pick<Provided, 'changes' | 'isDrift'>): void {
  const normal = (reason: string, message: string): void => recorder.record(resource, { type: 'Normal', reason, message });
  const warning = (reason: string, message: string): void => recorder.record(resource, { type: 'Warning', reason, message });
  const { registration } = now;
  if (registration !== undefined && registration.state !== 'Registering' && before.registration?.state !== registration.state) {
    normal(registration.state, registration.state === 'Registered' ? `registered device ${registration.deviceId} in ${registration.hub}` : `device ${registration.deviceId} was in ${registration.hub} already; it stays there when this resource goes`);
  }
  if (changes.length > 0) normal(isDrift ? 'Restored' : 'Applied', changes.map(inWords).join(', '));
  // Somebody stopped it, and knows that.
  if (now.cause !== undefined && (now.cause.code !== before.cause?.code || now.cause.message !== before.cause.message)) (now.cause.code === 'vm-stopped' ? normal : warning)(camelCase(now.cause.code), inFull(now.cause));
  const [was, is] = [conditionOf(before, 'Ready'), conditionOf(now, 'Ready')];
  if (is?.status === 'True' && was?.status !== 'True') normal('Ready', is.message);
  else if (was?.status === 'True' && is?.status !== 'True' && now.cause === undefined) (is?.reason === 'Stopped' ? normal : warning)('NotReady', is?.message ?? '');
  const disk = conditionOf(now, 'DiskReady');
  if (disk !== undefined && isOfLoss(disk.reason) && conditionOf(before, 'DiskReady')?.reason !== disk.reason) warning(disk.reason === 'Deleting' ? 'DiskDeleting' : disk.reason, disk.message);
  const deployed = conditionOf(now, 'Deployed');
  if (deployed?.reason === 'ImagePullFailed' && conditionOf(before, 'Deployed')?.reason !== deployed.reason) warning(deployed.reason, deployed.message);
  const pending = conditionOf(now, 'UpToDate');
  if (pending?.status === 'False' && conditionOf(before, 'UpToDate')?.reason !== pending.reason) normal(pending.reason, pending.message);
}

function inWords({ kind, name, outcome, detail }: Change): string {
  return `${kind} ${name} ${outcome}${detail === undefined ? '' : ` (${detail})`}`;
}

function conditionOf({ conditions = [] }: EdgeDeviceStatus, type: string): StatusCondition | undefined {
  return conditions.find((one) => one.type === type);
}
