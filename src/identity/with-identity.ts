import { InvalidInputError } from '../support/errors.js';
import type { Problem } from '../support/errors.js';
import { gotOf, shown } from '../support/shown.js';
import { deviceName } from '../spec/names.js';
import { record } from '../support/plain.js';
import type { EdgeDevice, EdgeDeviceInput } from '../spec/types.js';
import type { DeviceIdentity } from './types.js';

/** What an identity says about the device; nothing of it is secret. */
export type IdentityFacts = Pick<DeviceIdentity, 'hubHostname' | 'deviceId' | 'gatewayHostname'>;

/**
 * Fills hub, device id, parent host name and the object's name in from an identity: a new object. Call it before
 * `withDefaults`, or later on a device whose identity was read from the cluster.
 *
 * @throws InvalidInputError where the spec names another hub, device or parent than the identity.
 */
export function withIdentity<T extends EdgeDevice | EdgeDeviceInput>(device: T, facts: IdentityFacts): T {
  const [metadata, spec] = [record(device.metadata ?? {}), record(device.spec ?? {})];
  const [hub, edge] = [record(spec?.['hub'] ?? {}), record(spec?.['edge'] ?? {})];
  // What is no mapping is for the validation to refuse; filling it in would hide it.
  if (metadata === undefined || spec === undefined || hub === undefined || edge === undefined) return device;
  const problems: Problem[] = [];
  const agree = (field: string, given: unknown, meant: string, same: boolean): void => {
    if (given === undefined || given === null || same) return;
    problems.push({ kind: 'conflict', field, message: `is not the one of the identity, ${shown(meant) ?? 'which is another'}; leave it out or correct it`, ...gotOf(given) });
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
