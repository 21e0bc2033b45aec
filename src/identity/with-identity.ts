import { InvalidInputError } from '../support/errors.js';
import type { Problem } from '../support/errors.js';
import { gotOf, shown } from '../support/shown.js';
import { deviceName } from '../spec/names.js';
import { record } from '../support/plain.js';
import type { EdgeDevice, EdgeDeviceInput } from '../spec/types.js';
import type { DeviceIdentity } from './types.js';

/** The facts of an identity about the device, without its secret. */
export type IdentityFacts = Pick<DeviceIdentity, 'hubHostname' | 'deviceId' | 'gatewayHostname'>;

/**
 * Fills in hub, device id, parent host name and the object's name from an identity, in a new object. Call it before
 * `withDefaults`, or later for a device whose identity comes from the cluster.
 *
 * @throws InvalidInputError if the spec names another hub, device or parent than the identity.
 */
export function withIdentity<T extends EdgeDevice | EdgeDeviceInput>(device: T, facts: IdentityFacts): T {
  const [metadata, spec] = [record(device.metadata ?? {}), record(device.spec ?? {})];
  const [hub, edge] = [record(spec?.['hub'] ?? {}), record(spec?.['edge'] ?? {})];
  // The validation refuses a value that is no mapping. To fill it in here would hide the mistake.
  if (metadata === undefined || spec === undefined || hub === undefined || edge === undefined) return device;
  const problems: Problem[] = [];
  const agree = (field: string, given: unknown, meant: string, same: boolean): void => {
    if (given === undefined || given === null || same) return;
    problems.push({ kind: 'conflict', field, message: `must be that of the identity${shown(meant) === undefined ? '' : `, ${shown(meant)}`}; leave it out or correct it`, ...gotOf(given) });
  };
  const { hubHostname, deviceId, gatewayHostname } = facts;
  agree('spec.hub.hostname', hub['hostname'], hubHostname, sameHost(hub['hostname'], hubHostname));
  agree('spec.deviceId', spec['deviceId'], deviceId, spec['deviceId'] === deviceId);
  if (gatewayHostname !== undefined) agree('spec.edge.parentHostname', edge['parentHostname'], gatewayHostname, sameHost(edge['parentHostname'], gatewayHostname));
  if (problems.length > 0) throw new InvalidInputError(problems);
  return {
    ...device,
    metadata: { ...metadata, name: metadata['name'] ?? deviceName(deviceId) },
    spec: {
      ...spec,
      hub: { ...hub, hostname: hubHostname },
      deviceId,
      ...(gatewayHostname === undefined ? {} : { edge: { ...edge, parentHostname: gatewayHostname } }),
    },
  };
}

function sameHost(given: unknown, meant: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === meant.toLowerCase();
}
