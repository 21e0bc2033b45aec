import { InvalidInputError } from '../support/errors.js';
import type { Problem } from '../support/errors.js';
import { isAddress, isDeviceId, isHostname } from '../spec/formats/names.js';
import { shown } from '../support/shown.js';
import { normaliseKey } from './key.js';
import { readPairs } from './pairs.js';
import type { Pairs } from './pairs.js';
import { SecretValue } from './secret.js';
import type { DeviceIdentity } from './types.js';

const deviceKeys = ['HostName', 'DeviceId', 'SharedAccessKey', 'GatewayHostName', 'x509'];
const form = 'HostName=<hub>;DeviceId=<device>;SharedAccessKey=<key>';

/**
 * Reads a device connection string: `HostName=…;DeviceId=…` and `SharedAccessKey=…` or `x509=true`, optionally
 * `GatewayHostName=…`, in any order. The names are case-sensitive, as azure-iot-common and the daemons read them;
 * but azure-iot-common drops empty values and keeps the last of two, and this refuses both. It ignores a line end
 * behind the string. It normalises the key to padded base64.
 *
 * @throws InvalidInputError with every problem, by the name in the string (`DeviceId`). It never holds the key, the
 *   string, or a part that may be one of them.
 */
export function parseConnectionString(text: string): DeviceIdentity {
  const problems: Problem[] = [];
  const pairs = readPairs(text, form, problems);
  const hint = foreignString(pairs, problems);
  if (pairs !== undefined && hint === undefined) checkDevice(pairs, problems);
  const key = hint === undefined ? pairs?.get('SharedAccessKey') : undefined;
  const normalised = key === undefined ? undefined : normaliseKey(key, problems, 'SharedAccessKey');
  if (pairs === undefined || problems.length > 0) throw new InvalidInputError(problems, hint === undefined ? {} : { hint });
  const gateway = pairs.get('GatewayHostName');
  const common = {
    hubHostname: pairs.get('HostName')!,
    deviceId: pairs.get('DeviceId')!,
    ...(gateway === undefined ? {} : { gatewayHostname: gateway }),
  };
  return normalised === undefined ? { kind: 'x509', ...common } : { kind: 'symmetric-key', ...common, key: new SecretValue(normalised) };
}

const swallowed = /(?:HostName|DeviceId|SharedAccessKey|x509)=/;

/** Strings that are for something else; the returned hint says what to use. */
function foreignString(pairs: Pairs | undefined, problems: Problem[]): string | undefined {
  if (pairs === undefined) return undefined;
  if (pairs.has('SharedAccessKeyName')) {
    problems.length = 0;
    problems.push({ field: 'SharedAccessKeyName', message: 'belongs to a hub-level (service) connection string; it would give a device the rights of the hub. A device connection string is accepted' });
    return `use the device's own string, ${form} (az iot hub device-identity connection-string show); a hub-level string (in EDGE_VM_HUB_CONNECTION_STRING) is the credential with which spec.identity.register registers a device`;
  }
  if (pairs.has('ModuleId')) {
    problems.length = 0;
    problems.push({ field: 'ModuleId', message: 'belongs to a module connection string; a device connection string is accepted' });
    return "use the device's own string: the edge runtime makes the identities of its modules itself";
  }
  if (pairs.has('SharedAccessSignature')) {
    problems.length = 0;
    problems.push({ field: 'SharedAccessSignature', message: 'is a token that expires; a device needs its SharedAccessKey' });
    return `use the device's own string, ${form}`;
  }
  return undefined;
}

function checkDevice(pairs: Pairs, problems: Problem[]): void {
  pairs.refuseOthers(deviceKeys, problems);
  checkHost(pairs, 'HostName', problems);
  const deviceId = pairs.need('DeviceId', problems);
  if (deviceId !== undefined && !isDeviceId(deviceId)) {
    problems.push({ field: 'DeviceId', message: "must be 1 to 128 of letters, digits and - : . + % _ # * ? ! ( ) , = @ $ '" });
  } else if (deviceId !== undefined && swallowed.test(deviceId)) {
    // These characters are legal in a device id, but nobody gives a device such a name, and the key must not become one.
    problems.push({ field: 'DeviceId', message: 'holds another part; the ";" between them is missing' });
  }
  if (pairs.has('GatewayHostName')) checkHost(pairs, 'GatewayHostName', problems);
  checkKey(pairs, problems);
}

function checkKey(pairs: Pairs, problems: Problem[]): void {
  const [key, x509] = [pairs.has('SharedAccessKey'), pairs.get('x509')];
  if (key && x509 !== undefined) problems.push({ field: 'x509', message: 'must be absent beside SharedAccessKey: a device has one of them' });
  else if (x509 !== undefined && !/^true$/i.test(x509)) problems.push({ field: 'x509', message: 'must be true' });
  else if (!key && x509 === undefined && !pairs.refused('SharedAccessKey') && !pairs.refused('x509')) {
    problems.push({ field: 'SharedAccessKey', message: 'is missing (or x509=true for a device with a certificate)' });
  }
}

/** A host name; for the hub itself, an address is not accepted. */
function checkHost(pairs: Pairs, name: 'HostName' | 'GatewayHostName', problems: Problem[]): void {
  const value = pairs.need(name, problems);
  if (value === undefined || isHostname(value) || (name === 'GatewayHostName' && isAddress(value))) return;
  // If a ";" is missing, the value also has other parts, perhaps the key. So only a name with a port is shown.
  const port = /^([A-Za-z0-9.-]{1,253}):\d{1,5}$/.exec(value);
  const message = port === null || name !== 'HostName'
    ? 'must be a host name, without scheme and port'
    : 'must be a host name without port; put another address and port into EDGE_VM_HUB_ENDPOINT';
  const got = port === null ? undefined : shown(value);
  problems.push(got === undefined ? { field: name, message } : { field: name, message, got });
}

/** The hub's own (service) credential. */
export interface ServiceCredential {
  hubHostname: string;
  policyName: string;
  /** Base64, padded. */
  key: SecretValue;
}

const serviceForm = 'HostName=<hub>;SharedAccessKeyName=<policy>;SharedAccessKey=<key>';

/**
 * Reads a hub-level (service) connection string, `HostName=…;SharedAccessKeyName=…;SharedAccessKey=…`, as strictly
 * as `parseConnectionString` reads a device's.
 *
 * @throws InvalidInputError; a device's or module's string is refused with the reason.
 */
export function parseServiceConnectionString(text: string): ServiceCredential {
  const problems: Problem[] = [];
  const pairs = readPairs(text, serviceForm, problems);
  let hint: string | undefined;
  if (pairs?.has('DeviceId') === true) {
    problems.length = 0;
    problems.push({ field: 'DeviceId', message: "belongs to a device's connection string; a hub-level (service) connection string is accepted" });
    hint = `use the string of a policy with RegistryWrite and ServiceConnect, ${serviceForm} (az iot hub connection-string show)`;
  } else if (pairs !== undefined) {
    checkService(pairs, problems);
  }
  const key = hint === undefined ? pairs?.get('SharedAccessKey') : undefined;
  const normalised = key === undefined ? undefined : normaliseKey(key, problems, 'SharedAccessKey');
  if (pairs === undefined || normalised === undefined || problems.length > 0) throw new InvalidInputError(problems, hint === undefined ? {} : { hint });
  return { hubHostname: pairs.get('HostName')!, policyName: pairs.get('SharedAccessKeyName')!, key: new SecretValue(normalised) };
}

function checkService(pairs: Pairs, problems: Problem[]): void {
  pairs.refuseOthers(['HostName', 'SharedAccessKeyName', 'SharedAccessKey'], problems);
  checkHost(pairs, 'HostName', problems);
  const policy = pairs.need('SharedAccessKeyName', problems);
  if (policy !== undefined && !/^[A-Za-z0-9!._-]{1,64}$/.test(policy)) {
    problems.push({ field: 'SharedAccessKeyName', message: 'must be the name of a policy: 1 to 64 letters, digits, "-", "_", ".", "!"' });
  }
  pairs.need('SharedAccessKey', problems);
}

/**
 * The connection string of an identity. `parseConnectionString` of it gives the same identity.
 *
 * @throws InvalidInputError if no string can hold it: for a device id with `;` (legal in the hub, but it ends the
 *   part; configure such a device by separate hub, device id and key), and for fields that are not legal.
 */
export function formatConnectionString(identity: DeviceIdentity): SecretValue {
  const problems: Problem[] = [];
  if (!isDeviceId(identity.deviceId) || identity.deviceId.includes(';') || swallowed.test(identity.deviceId)) {
    problems.push({ field: 'DeviceId', message: 'is not possible in a connection string: it must be a legal device id without ";"', ...gotOf(identity.deviceId) });
  }
  if (!isHostname(identity.hubHostname)) problems.push({ field: 'HostName', message: 'must be a host name, without scheme and port', ...gotOf(identity.hubHostname) });
  const { gatewayHostname: gateway } = identity;
  if (gateway !== undefined && !isHostname(gateway) && !isAddress(gateway)) problems.push({ field: 'GatewayHostName', message: 'must be a host name, without scheme and port', ...gotOf(gateway) });
  const key = identity.kind === 'symmetric-key' ? normaliseKey(identity.key.reveal(), problems, 'SharedAccessKey') : undefined;
  if (problems.length > 0) throw new InvalidInputError(problems);
  const credential = key === undefined ? 'x509=true' : `SharedAccessKey=${key}`;
  const parts = [`HostName=${identity.hubHostname}`, `DeviceId=${identity.deviceId}`, credential];
  if (gateway !== undefined) parts.push(`GatewayHostName=${gateway}`);
  return new SecretValue(parts.join(';'));
}

function gotOf(value: string): { got?: string } {
  const got = shown(value);
  return got === undefined ? {} : { got };
}
