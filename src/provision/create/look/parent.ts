import { use } from '../../../support/advice.js';
import type { HubDevice } from '../../../hub/types.js';
import { EdgeVmError, InvalidInputError } from '../../../support/errors.js';
import type { PreparedIdentity, Subject } from '../prepared.js';
import { warn, type Done, type Run } from '../run.js';

const field = 'spec.edge.parentDeviceId';

/**
 * The parent of a nested device. The hub must know it: else it accepts no parent for the device. Refuses a device that
 * cannot be a parent, and another parent than the hub has. Gives the scope that `register` must set.
 */
export async function lookForParent(run: Run, subject: Subject, registered: HubDevice | 'absent' | 'unknown' | undefined): Promise<Done<Pick<PreparedIdentity, 'parentScope'>>> {
  const { context: { hub }, deadline: { signal } } = run;
  const { parentDeviceId, parentHostname } = subject.device.spec.edge;
  if (parentDeviceId === undefined) {
    if (parentHostname !== undefined && subject.given === undefined && parentsOf(registered).length === 0) warn(run, `the hub knows no parent of ${subject.deviceId}, so it accepts none: give ${field}`);
    return { value: {}, skipped: true };
  }
  if (hub === undefined || hub.hostname.toLowerCase() !== subject.hubHostname.toLowerCase() || subject.device.spec.identity.register === undefined) {
    // If the device already has it, edge-vm warned when it was new.
    if (subject.kept?.spec?.edge?.parentDeviceId !== parentDeviceId) warn(run, `${field}: edge-vm sets the parent in the hub only if it registers the device; otherwise: az iot hub device-identity parent set --hub-name ${hubName(subject)} --device-id '${subject.deviceId}' --parent-device-id '${parentDeviceId}'`);
    return { value: {}, skipped: true };
  }
  const had = parentsOf(subject.given === undefined ? registered : await hub.getDevice(subject.deviceId, { signal }));
  const scope = scopeOf(await hub.getDevice(parentDeviceId, { signal }), parentDeviceId, subject.hubHostname);
  if (had.includes(scope)) return { value: {}, detail: `${parentDeviceId}, as the hub has it` };
  if (had.length > 0) {
    throw new InvalidInputError([{ kind: 'conflict', field, message: `is not the parent that the hub has (${had.join(', ')}); leave it out, or change it there: az iot hub device-identity parent set --force --hub-name ${hubName(subject)} --device-id '${subject.deviceId}' --parent-device-id '${parentDeviceId}'`, got: JSON.stringify(parentDeviceId) }]);
  }
  return { value: { parentScope: scope }, detail: parentDeviceId };
}

/** As `az` wants it: without the domain. */
const hubName = ({ hubHostname }: Pick<Subject, 'hubHostname'>): string => hubHostname.split('.')[0]!;

const parentsOf = (device: HubDevice | 'absent' | 'unknown' | undefined): readonly string[] => (typeof device === 'object' ? device.parentScopes ?? [] : []);

function scopeOf(parent: HubDevice | undefined, id: string, hubHostname: string): string {
  if (parent === undefined) throw new EdgeVmError('device-not-found', `hub ${hubHostname} has no device ${id} for the parent`, { hint: 'Register the parent first', advice: use('register') });
  if (parent.edgeEnabled && parent.deviceScope !== undefined) return parent.deviceScope;
  throw new EdgeVmError('not-edge-enabled', `the parent ${id} is registered in ${hubHostname}, but not as an IoT Edge device`, {
    hint: `Enable it: az iot hub device-identity update --hub-name ${hubName({ hubHostname })} --device-id '${id}' --edge-enabled true`,
  });
}
