import { createHash } from 'node:crypto';

/** Longest name of a device's objects: `<name>-cloud-init` and the launcher's labels have at most 63 characters. */
export const MAX_NAME_LENGTH = 52;
const maxNamespaceLength = 63;
/** 80 bits in hex. Two ids get the same name only if both the readable part and these bits are equal. */
const hashLength = 20;
const legal = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
/** Only hashing makes names of this form, so a legal id never equals the hashed name of another id. */
const hashed = /-[0-9a-f]{20}$/;

/**
 * Names that have another meaning: the API server's Service in `default`, the loopback, and the module names that
 * the guest's container network resolves (the name becomes the guest's host name).
 */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(['kubernetes', 'localhost', 'edgeagent', 'edgehub', 'iotedged']);

/** True for a name that the objects of a device may have: `[a-z]([-a-z0-9]*[a-z0-9])?`, at most 52 characters, not reserved. */
export function isDeviceName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && legal.test(name) && !RESERVED_NAMES.has(name);
}

/**
 * The name of a device's objects. A device id that is a legal name is its own name; any other becomes a readable
 * slug and the first 80 bits of its SHA-256. Ids that look like slug and hash are hashed as well, so that two ids
 * have one name only if SHA-256 collides in those 80 bits *and* the slugs agree.
 */
export function deviceName(deviceId: string): string {
  if (isDeviceName(deviceId) && !hashed.test(deviceId)) return deviceId;
  return `${slug(deviceId, MAX_NAME_LENGTH - hashLength - 1, 'd')}-${digest('device', deviceId)}`;
}

/**
 * The namespace of `--namespace-per-device`: `msiot-<hub>-<device>`, at most 63 characters. It is plain only if
 * there is one way to read it: the hub is `<name>.azure-devices.net` with no hyphen in its name (`a-b` + `c`
 * and `a` + `b-c` would be the same), and the device id is a legal name. Otherwise it has readable parts and a hash over
 * the hub's whole host name and the device id.
 */
export function namespaceName(hubHostname: string, deviceId: string): string {
  const host = hubHostname.toLowerCase();
  const hub = host.split('.')[0] ?? '';
  const plain = `msiot-${hub}-${deviceId}`;
  const readable = /^[a-z0-9]+\.azure-devices\.net$/.test(host) && legal.test(deviceId);
  if (readable && plain.length <= maxNamespaceLength && !hashed.test(plain)) return plain;
  const room = maxNamespaceLength - 'msiot---'.length - hashLength;
  const hubPart = slug(hub, Math.floor(room / 2), 'h');
  return `msiot-${hubPart}-${slug(deviceId, room - hubPart.length, 'd')}-${digest('namespace', host, deviceId)}`;
}

/** Lower-case letters, digits and single hyphens of a text; begins with a letter and ends with no hyphen. */
function slug(text: string, length: number, fallback: string): string {
  const words = text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '');
  const lettered = /^[a-z]/.test(words) ? words : `${fallback}-${words}`;
  return lettered.slice(0, length).replace(/-+$/, '');
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, hashLength);
}

/** Namespace of this project's UUIDs. It must never change: another value would make every VM run a first boot again. */
const uuidNamespace = Buffer.from('5b0c8f2e7d3a4c61a9f4e2d81c6b7a35', 'hex');

/**
 * `firmware.uuid` of the device's VM: a UUIDv5 (RFC 9562) of hub, device id and generation. NoCloud uses it as the
 * instance id. So a new VM on a kept disk does not run cloud-init's first boot again, but a higher generation makes it
 * run again.
 */
export function firmwareUuid(hubHostname: string, deviceId: string, generation = 1): string {
  const name = JSON.stringify([hubHostname.toLowerCase(), deviceId, generation]);
  const bytes = createHash('sha1').update(uuidNamespace).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
